/** What a scenario is made of: messages, what the conductor answers, and the faults that may strike. */

const NO_FAULTS = {
  /** A dispatcher, an execution, a callback, a stop or a leg's collection dies before its next action. */
  crash: 0,
  /** A dispatcher times out and goes on, while its message is delivered again. */
  zombieDispatcher: 0,
  /** A state's Lambda times out and goes on, while the state is tried again. */
  zombieStep: 0,
  /** Somebody redrives a failed execution. */
  redrive: 0,
  stop: 0,
  /** A time-out although the awaited thing is on its way. */
  spurious: 0,
  /** A runner dies. */
  runnerCrash: 0,
  /** The sandbox is taken for lost while its runner lives on; a new one takes its place. */
  newSandbox: 0,
  /** The sweep looks at a run whose execution is alive. */
  liveSweep: 0,
  /** TakeMessages finds that a budget is used up. */
  overBudget: 0,
}

/** How often each fault may still strike. */
export type Faults = Readonly<typeof NO_FAULTS>
export type Fault = keyof Faults

export interface Scenario {
  readonly name: string
  /** Deliveries in their order; a name that stands twice is delivered twice. */
  readonly queue: readonly string[]
  /** The commands that the answer to a message consists of. */
  readonly commands: Readonly<Record<string, readonly CommandKind[]>>
  /** What fails every time. */
  readonly poison?: 'runner' | 'result' | 'reading' | 'command'
  /** The first job's result has no structure: to be asked for once more. */
  readonly unstructured?: boolean
  readonly faults: Faults
}

/** A spawn is deduplicated by its name, an email by nobody. */
export type CommandKind = 'spawn' | 'email'

/** A scenario; what is not given does not happen. */
export const scenario = (
  name: string,
  {
    faults,
    ...given
  }: Pick<Scenario, 'queue'> & Partial<Omit<Scenario, 'faults'>> & { faults?: Partial<Faults> },
): Scenario => ({ name, commands: {}, ...given, faults: { ...NO_FAULTS, ...faults } })
