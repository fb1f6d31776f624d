/** What is wrong if the model does not answer: whether it may pass, how long to try, and what people are told. */

export type TroubleKind = keyof typeof KINDS

interface Meaning {
  /** Trying again does not help. */
  readonly lasts: boolean
  /** What happened; a sentence without its full stop. */
  readonly what: string
  /** What to do about it; absent if waiting is all that helps. */
  readonly advice?: string
}

const passes = (what: string): Meaning => ({ lasts: false, what })
const lasts = (what: string, advice: string): Meaning => ({ lasts: true, what, advice })

const KINDS = {
  overloaded: passes('the model is overloaded'),
  rate: passes("the model's rate limit is reached"),
  failing: passes("the model's API fails"),
  unreachable: passes("the model's API cannot be reached"),
  silent: passes('the model does not respond'),
  cut: passes("the model's answers break off"),
  key: lasts(
    "the model's API does not accept the key of this Baton (HTTP 401)",
    'Sending the message again does not help until the operator has set a valid key: the secret anthropic-api-key, or ANTHROPIC_API_KEY on one machine.',
  ),
  permission: lasts(
    'the key of this Baton may not use the model (HTTP 403)',
    'Sending the message again does not help until the operator has checked what the key in the secret anthropic-api-key (ANTHROPIC_API_KEY on one machine) may use, and the setting "model".',
  ),
  credit: lasts(
    "the credit of the model's account is used up",
    'Sending the message again does not help until the operator has added credit: console.anthropic.com, Billing.',
  ),
  model: lasts(
    'the model does not exist or is not available (HTTP 404)',
    'Sending the message again does not help until the operator has corrected the setting "model".',
  ),
  limit: lasts(
    "the usage limit of the model's account is reached",
    'It will take a while until the model answers again. The operator can raise the limit: console.anthropic.com, Limits.',
  ),
  length: lasts(
    'the conversation has become too long for the model',
    'Sending the message again does not help. Start a new conversation with /new-session, and send less text at once.',
  ),
  request: lasts(
    "the model's API does not accept the request (HTTP 400)",
    'Sending the message again does not help. Start a new conversation with /new-session. If that fails too, the operator finds the reason in the log of model-gateway.',
  ),
  budget: lasts('a budget is used up', 'Work goes on once the budget is raised.'),
} as const satisfies Record<string, Meaning>

/** The trouble of one job: a series of failed requests without an answer in between. */
export interface ModelTrouble {
  readonly kind: TroubleKind
  /** When the first failed request was sent, and when the last one failed; ms since the epoch. */
  readonly since: number
  readonly at: number
  readonly count: number
  /** Replaces the general text. */
  readonly detail?: string
}

export const isLasting = ({ kind }: Pick<ModelTrouble, 'kind'>): boolean => KINDS[kind].lasts

/** A retry that is asked for after this many seconds is not worth waiting for. */
const LONGEST_WAIT_SECONDS = 60

/** Returns the trouble that an HTTP error means. `message` is the API's; `retryAfter` is in seconds. */
export function troubleOf(status: number, message = '', retryAfter = 0): TroubleKind {
  if (/credit balance is too low/i.test(message)) return 'credit'
  if (/prompt is too long|exceeds? the (?:context|maximum) /i.test(message)) return 'length'
  const known = BY_STATUS[status]
  if (known === 'rate' && retryAfter > LONGEST_WAIT_SECONDS) return 'limit'
  return known ?? (status >= 500 ? 'failing' : 'request')
}

const BY_STATUS: Readonly<Record<number, TroubleKind>> = {
  401: 'key',
  402: 'credit',
  403: 'permission',
  404: 'model',
  408: 'failing',
  413: 'length',
  429: 'rate',
  503: 'overloaded',
  529: 'overloaded',
}

/** Returns the trouble that an error event in a stream means. */
export const troubleOfType = (type: string): TroubleKind =>
  type === 'overloaded_error' ? 'overloaded' : type === 'rate_limit_error' ? 'rate' : 'failing'

/** Claude Code refuses a prompt that is much too long without asking the model. */
export const isTooLong = (text: string) => /prompt is too long/i.test(text)

/** After this time without a failure, the next one begins a new series. */
const SERIES_MS = 2 * 60_000
/** How often a job tries, and for how long, before its requests are refused at once. */
const TRIES = 6
const TRYING_MS = 2 * 60_000
/** From here on a series is worth a notice. */
const NOTABLE = { tries: 3, ms: 15_000 }

/** Adds a failure to the job's series. `began`: when its request was sent. */
export function another(
  before: ModelTrouble | undefined,
  kind: TroubleKind,
  { began, now }: { began: number; now: number },
): ModelTrouble {
  const series = before && now - before.at < SERIES_MS + (now - began) ? before : undefined
  return { kind, since: series?.since ?? began, at: now, count: (series?.count ?? 0) + 1 }
}

/** Returns whether the job should stop trying. */
export const isGivenUp = (trouble: ModelTrouble | undefined, now: number): boolean =>
  trouble !== undefined &&
  !isLasting(trouble) &&
  now - trouble.at < SERIES_MS &&
  (trouble.count >= TRIES || (trouble.count > 1 && now - trouble.since >= TRYING_MS))

/** Returns whether people should know of it. */
export const isNotable = (trouble: ModelTrouble | undefined, now: number): boolean =>
  trouble !== undefined &&
  !isLasting(trouble) &&
  now - trouble.at < SERIES_MS &&
  (trouble.count >= NOTABLE.tries || now - trouble.since >= NOTABLE.ms)

/** Returns after how many seconds a client should try again, so that a few tries last about two minutes. */
export const secondsToWait = ({ count }: ModelTrouble): number | undefined =>
  [undefined, 4, 15, 30, 55][count - 1]

/** `the model is overloaded`. */
export const whatHappened = ({ kind }: Pick<ModelTrouble, 'kind'>): string => KINDS[kind].what

/** Returns what to do about it, as sentences. */
export function adviceOn({ kind }: Pick<ModelTrouble, 'kind'>): string {
  const meaning: Meaning = KINDS[kind]
  return meaning.advice ?? 'Please send it again later.'
}

/** Returns what a conductor should do about a worker's trouble. */
export const adviceToConductor = (trouble: Pick<ModelTrouble, 'kind'>): string =>
  trouble.kind === 'length'
    ? 'Its task needs more text than the model can read. Divide it among new workers.'
    : isLasting(trouble)
      ? `Do not send the worker on. Tell the person: ${adviceOn(trouble)}`
      : 'The worker can be told to go on, but the model may not answer yet.'

/** `Still trying: the model is overloaded (since 12:03 UTC).` */
export const stillTrying = (trouble: ModelTrouble, who = 'The model') =>
  `${who} does not answer, still trying: ${whatHappened(trouble)} (since ${new Date(trouble.since).toISOString().slice(11, 16)} UTC).`
