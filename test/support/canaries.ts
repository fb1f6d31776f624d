/** Canaries: secrets that are looked for wherever none may be, in the forms in which a program may have written them. */

/** A text, and where it was. */
export interface Seen {
  readonly place: string
  readonly content: string | Buffer
}

/** A canary by its name, and where it was found. */
export interface Finding {
  readonly canary: string
  readonly place: string
}

/**
 * Returns a secret as it is, reversed, and as JSON, URLs, hexadecimal digits and base64 have it. In base64 it may have begun
 * at each of three places, so only those characters are returned that do not depend on what is before and after it.
 */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const base64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6)),
  )
  const inUrl = [secret, ...base64].map(encodeURIComponent)
  const forms = [
    ...[secret, [...secret].reverse().join(''), JSON.stringify(secret).slice(1, -1)],
    ...[bytes.toString('hex'), bytes.toString('hex').toUpperCase()],
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    ...inUrl,
    ...inUrl.map((text) => text.replaceAll(/%../g, (sign) => sign.toLowerCase())),
  ]
  return [...new Set(forms)]
}

/** Shorter ones would be found by chance. */
const SHORTEST = 12

/** What is looked for. */
export class Canaries {
  readonly #forms = new Map<string, readonly string[]>()

  /** Throws if it is too short to be told from other texts. */
  add(name: string, secret: string): void {
    if (secret.length < SHORTEST) throw new Error(`${name} is too short for a canary`)
    this.#forms.set(name, formsOf(secret))
  }

  get names(): readonly string[] {
    return [...this.#forms.keys()]
  }

  /** Returns each canary and each place once. A place may itself be a canary: the name of a file or of a variable. */
  find(seen: readonly Seen[]): readonly Finding[] {
    const places = new Map<string, Set<string>>()
    for (const { place, content } of seen) {
      const known = places.get(place) ?? new Set(this.#in(place))
      for (const canary of this.#in(content)) known.add(canary)
      places.set(place, known)
    }
    return [...places].flatMap(([place, canaries]) =>
      [...canaries].map((canary) => ({ canary, place })),
    )
  }

  #in(content: string | Buffer): readonly string[] {
    const isIn = ([, forms]: [string, readonly string[]]) =>
      forms.some((form) => content.includes(form))
    return [...this.#forms].filter(isIn).map(([name]) => name)
  }
}
