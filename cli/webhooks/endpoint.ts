/** A provider's setting that says where it brings messages. */

/** What the setting says, by the provider's own names. */
export type Values = Readonly<Record<string, string>>

export interface Connected {
  /** What the setting says now. */
  readonly values: Values
  /** The id of what had to be created for it, and is of no use without it. */
  readonly made?: string
}

export interface Endpoint {
  /** Names it in the file of {@link ./kept.ts}. */
  readonly key: string
  /** For people, such as `number +15550199 at Twilio`. */
  readonly label: string
  /** What it says now; null if there is no such setting. */
  readonly now: Values | null
  /** What it has to say. A value that the provider chooses is described. */
  readonly wanted: Values
  /** What connecting changes elsewhere. */
  readonly besides: readonly string[]
  /** Lets it say what it has to. */
  connect(): Promise<Connected>
  /** Lets it say what it did before; null removes it. Removes what was made for it, too. */
  restore(before: Values | null, made?: string): Promise<void>
}

/** Whether nothing is left to connect. */
export const isConnected = ({ now, wanted, besides }: Endpoint): boolean =>
  besides.length === 0 && now !== null && saysAll(now, wanted)

/** Whether a setting still says what connecting made it say. */
export const saysAll = (now: Values | null, wanted: Values): boolean =>
  now !== null && Object.entries(wanted).every(([name, value]) => now[name] === value)
