/** The parts of a scenario: messages, the conductor's replies, and the faults that may occur. */

const NO_FAULTS = {
  /** A dispatcher, an execution, a callback, a stop or a leg's collection crashes before its next action. */
  crash: 0,
  /** A dispatcher times out but continues, while its message is delivered again. */
  zombieDispatcher: 0,
  /** A state's Lambda times out but continues, while the state is retried. */
  zombieStep: 0,
  /** Somebody redrives a failed execution. */
  redrive: 0,
  stop: 0,
  /** A timeout although the awaited event is on its way. */
  spurious: 0,
  /** A runner crashes. */
  runnerCrash: 0,
  /** A verifier crashes. */
  verifierCrash: 0,
  /** A function that collects a verified leg crashes, or times out but continues while its state is retried. */
  collectorCrash: 0,
  zombieCollector: 0,
  /** The sandbox is considered lost while its runner is alive; a new one replaces it. */
  newSandbox: 0,
  /** The sweep checks a run whose execution is alive. */
  liveSweep: 0,
  /** TakeMessages finds an exceeded budget. */
  overBudget: 0,
  /** A heartbeat finds that the model does not answer. */
  silentModel: 0,
  /** The sweep finds that an open question has expired. */
  expire: 0,
}

/** How often each fault may still occur. */
export type Faults = Readonly<typeof NO_FAULTS>
export type Fault = keyof Faults

export interface Scenario {
  readonly name: string
  /** Deliveries in order; a repeated name is delivered again. */
  readonly queue: readonly string[]
  /** The commands in the reply to each message. */
  readonly commands: Readonly<Record<string, readonly CommandKind[]>>
  /** Messages that say yes. */
  readonly yes?: readonly string[]
  /** Messages in own words, and those of them that the conductor does not take for an answer. */
  readonly words?: readonly string[]
  readonly keeps?: readonly string[]
  /** What counts if nobody answers: then the conductor asks for itself. Otherwise it asks for an approval. */
  readonly byDefault?: string
  /**
   * A worker that has reported waits at a bound, so that the person is asked about it before the run closes. Then they say
   * yes.
   */
  readonly asksAtClose?: boolean
  /** What else they write just before that. */
  readonly withYes?: readonly string[]
  /** What always fails. */
  readonly poison?: 'runner' | 'result' | 'reading' | 'command'
  /** The first job's result has no structure, so the conductor is asked once more. */
  readonly unstructured?: boolean
  /** The model refuses for good, so asking again does not help. */
  readonly refusing?: boolean
  /** The report of the worker's first leg is verified before it is sent. */
  readonly verifies?: boolean
  readonly faults: Faults
}

/** The names of a spawn and of an instruction deduplicate them; nothing deduplicates an email or a question. */
export type CommandKind = 'spawn' | 'instruct' | 'email' | 'question'

/** Returns a scenario; what is not given does not happen. */
export const scenario = (
  name: string,
  {
    faults,
    ...given
  }: Pick<Scenario, 'queue'> & Partial<Omit<Scenario, 'faults'>> & { faults?: Partial<Faults> },
): Scenario => ({ name, commands: {}, ...given, faults: { ...NO_FAULTS, ...faults } })
