/** Formats what was spent, as text and as JSON. */
import { CHANNEL_NAMES, spentOnChannels } from '../channels/index.ts'
import type { ModelUsage, Usage } from '../contract/api/usage.ts'
import { type ExceededBudget, raisesToContinue, type Scope, type Unit } from './budget.ts'
import { plural } from './plural.ts'
import { estimate } from './prices.ts'
import { modelNames, type Tally, type TokenKind } from './tally.ts'

const KINDS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const satisfies readonly TokenKind[]

/** A tally as the API shows it. Estimates are under `estimated`. */
export const spentView = (tally: Tally): Usage => ({
  messages: messagesOf(tally),
  smsSegments: tally.smsSegments ?? 0,
  turns: tally.turns ?? 0,
  commands: tally.commands ?? 0,
  workers: tally.workers ?? 0,
  legs: tally.legs ?? 0,
  sandboxSeconds: tally.sandboxSeconds ?? 0,
  verifications: {
    count: tally.verifications ?? 0,
    costUsd: (tally.verificationNanoUsd ?? 0) / 1e9,
  },
  ...modelView(tally),
  estimated: estimate(tally),
})

/** The models' part of a tally. */
export const modelView = (tally: Tally): ModelUsage => ({
  answers: tally.answers ?? 0,
  tokens: tokensOf((kind) => tally[`tokens.${kind}`]),
  byModel: byModel(tally),
  costUsd: dollars(tally),
  /** Responses of models without a known price, counted at the highest price. */
  unpricedAnswers: tally.unpriced ?? 0,
  /** Responses whose usage is unknown. */
  unmeteredAnswers: tally.unmetered ?? 0,
})

function messagesOf(tally: Tally) {
  const both = CHANNEL_NAMES.map((channel) => ({
    channel,
    in: tally[`in.${channel}`] ?? 0,
    out: tally[`out.${channel}`] ?? 0,
  }))
  return {
    in: both.reduce((sum, one) => sum + one.in, 0),
    out: both.reduce((sum, one) => sum + one.out, 0),
    byChannel: Object.fromEntries(both.map(({ channel, ...counts }) => [channel, counts])),
  }
}

export const dollars = ({ nanoUsd = 0 }: Tally) => nanoUsd / 1e9

const tokensOf = (count: (kind: TokenKind) => number | undefined): Record<TokenKind, number> => ({
  input: count('input') ?? 0,
  output: count('output') ?? 0,
  cacheRead: count('cacheRead') ?? 0,
  cacheWrite: count('cacheWrite') ?? 0,
})

function byModel(tally: Tally): Record<string, Record<TokenKind, number>> {
  return Object.fromEntries(
    modelNames(tally).map((model) => [model, tokensOf((kind) => tally[`model.${model}.${kind}`])]),
  )
}

/** `2 turns, 1 worker, 12,345 tokens, $0.0421, 35 s of sandbox time`. */
export function spentText(tally: Tally): string {
  const tokens = KINDS.reduce((total, kind) => total + (tally[`tokens.${kind}`] ?? 0), 0)
  const { turns = 0, workers = 0, sandboxSeconds = 0, unpriced = 0, unmetered = 0 } = tally
  const { verifications = 0, verificationNanoUsd = 0 } = tally
  return [
    plural(turns, 'turn'),
    ...(workers > 0 ? [plural(workers, 'worker')] : []),
    plural(tokens, 'token'),
    money(dollars(tally)),
    `${sandboxSeconds.toLocaleString('en')} s of sandbox time`,
    ...(verifications > 0
      ? [
          `including ${plural(verifications, 'verification')} for ${money(verificationNanoUsd / 1e9)}`,
        ]
      : []),
    ...spentOnChannels(tally),
    ...(unpriced > 0 ? [`${plural(unpriced, 'model response')} without a known price`] : []),
    ...(unmetered > 0 ? [`${plural(unmetered, 'model response')} of unknown usage`] : []),
  ].join(', ')
}

/** `$0.42`; amounts below a cent have four digits. */
export const shortMoney = (tally: Tally) => {
  const usd = dollars(tally)
  return usd > 0 && usd < 0.01 ? money(usd) : `$${usd.toFixed(2)}`
}

/** Fractions of a cent matter to small budgets only. */
const money = (usd: number) => `$${usd.toFixed(usd < 10 ? 4 : 2)}`

export const receiptText = (run: number, spent: Tally) =>
  `Receipt of run ${run}: ${spentText(spent)}.`

const WHOSE: Record<Scope, string> = {
  run: 'of this run',
  session: 'of this conversation',
  sender: 'of its sender for today (UTC)',
  day: 'of all senders for today (UTC)',
}

function amount(unit: Unit, value: number): string {
  if (unit === 'usd') return money(value)
  return unit === 'minutes'
    ? `${Number(value.toFixed(1))} minutes of sandbox time`
    : plural(value, unit.slice(0, -1))
}

/** `The budget of this run is used up: $0.0532 of $0.0500 spent.` */
export const overText = ({ scope, unit, limit, spent, heldBack, next }: ExceededBudget) =>
  `The budget ${WHOSE[scope]} is ${spent === 0 && next ? 'too small' : 'used up'}: ${amount(unit, spent)} of ${amount(unit, limit)} spent${
    heldBack ? `, ${amount(unit, heldBack)} held back for verification` : ''
  }${next ? `, and the next answer of the model may cost up to ${money(next.usd)}` : ''}.`

/**
 * The notice that a session has paused at a budget: what was spent, what waits, what there is of each worker's work, and
 * what the person may do.
 */
export const pauseNotice =
  (sessionId: string, work: readonly string[] = []) =>
  (over: ExceededBudget, waiting: number): string =>
    [
      `Paused. ${overText(over)} Messages waiting: ${waiting}. Nothing is lost. ` +
        `To add ${amountToAdd(over)} and continue, reply "continue" or POST /api/sessions/${sessionId}/continue.`,
      ...(work.length > 0 ? [ACCEPT_OR_STOP, ...work] : []),
    ].join('\n\n')

const ACCEPT_OR_STOP =
  'To take the work below as it is, reply "accept as it is". To end it and everything else, reply "stop" (by SMS: "/stop").'

/** What must be added to go on, so that the next answer fits. */
export const amountToAdd = (over: ExceededBudget) => amountText(raisesToContinue(over, false))

/** `the same amount`, or how many times it is added. */
export const amountText = (raises: number) =>
  raises > 1 ? `the same amount ${raises} times` : 'the same amount'
