/** Prices: the only price table, with sources and dates. */
import type { Tally, TokenKind } from './tally.ts'

/** Billionths of a dollar a token: one dollar a million tokens is 1,000. */
interface Price {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  /** Cache writes for five minutes and for an hour. */
  readonly cacheWrite: number
  readonly cacheWrite1h: number
}

/** Takes dollars a million tokens. A cache write costs 1.25 times the input price; for an hour, twice the input price. */
const price = (input: number, output: number, cacheRead = input / 10): Price => ({
  input: Math.round(input * 1000),
  output: Math.round(output * 1000),
  cacheRead: Math.round(cacheRead * 1000),
  cacheWrite: Math.round(input * 1250),
  cacheWrite1h: Math.round(input * 2000),
})

/**
 * By the start of a model's name; the longest match counts.
 * Sources: https://platform.claude.com/docs/en/about-claude/pricing (Fable, Mythos, Opus, Sonnet 4, Haiku 4, multipliers;
 * seen 2026-11-27), https://docs.rs/synaps/0.10.2/synaps_cli/pricing (Opus 5.5, Sonnet 5 and 5.5, Haiku 5.5; verified
 * there 2026-10-10), the catalogue in Claude Code 2.1.330 (Fable and Mythos 5.2; seen 2026-11-27, and it agrees with all
 * of these). Amazon Bedrock is assumed to charge the same.
 */
const PRICES: readonly (readonly [name: string, price: Price, above?: Tier])[] = [
  ['claude-fable-5-2', price(8, 40, 0.2)],
  ['claude-mythos-5-2', price(8, 40, 0.2)],
  ['claude-fable-5-1', price(10, 50, 0.25)],
  ['claude-mythos-5-1', price(10, 50, 0.25)],
  ['claude-fable-5', price(10, 50)],
  ['claude-mythos-5', price(10, 50)],
  ['claude-opus-5-5', price(4, 20, 0.2)],
  ['claude-opus-5', price(5, 25)],
  ['claude-opus-4-5', price(5, 25)],
  ['claude-opus-4-6', price(5, 25)],
  ['claude-opus-4-7', price(5, 25)],
  ['claude-opus-4-8', price(5, 25)],
  ['claude-opus-4', price(15, 75)],
  ['claude-3-opus', price(15, 75)],
  ['claude-sonnet-5-5', price(2, 10, 0.1)],
  ['claude-sonnet-5', price(2, 10)],
  ['claude-sonnet-4', price(3, 15)],
  ['claude-3-7-sonnet', price(3, 15)],
  ['claude-3-5-sonnet', price(3, 15)],
  ['claude-haiku-5-5', price(0.1, 0.5), { prompt: 100_000, price: price(0.5, 2.5) }],
  ['claude-haiku-4-5', price(1, 5)],
  ['claude-3-5-haiku', price(0.8, 4)],
]

/** The price for prompts longer than `prompt` tokens, including cache reads and writes. */
interface Tier {
  readonly prompt: number
  readonly price: Price
}

/** $10 for 1,000 searches by the model's own web search (the same page, seen 2026-11-27). */
const WEB_SEARCH = 10_000_000

/**
 * Factors on the price of every token (https://platform.claude.com/docs/en/build-with-claude/fast-mode,
 * https://platform.claude.com/docs/en/manage-claude/data-residency; seen 2026-11-27).
 */
const FAST = 2
const IN_US = 1.1

/** The usage of one model response, as the Messages API counts it. */
export interface Usage {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  /** All cache writes, and the part of them that was for an hour. */
  readonly cacheWrite: number
  readonly cacheWrite1h: number
  readonly webSearches: number
  /** Whether fast mode was used, and whether the request asked for processing in the United States. */
  readonly isFast?: boolean
  readonly isInUs?: boolean
}

/** Normalises a model's name for the table: without the provider's prefix and any suffix in brackets. */
const normal = (model: string) =>
  model
    .toLowerCase()
    .replace(/^.*anthropic[./]/, '')
    .replace(/\[.*\]$/, '')

function priceOf(model: string, prompt: number): Price | undefined {
  const name = normal(model)
  const [, base, above] =
    PRICES.filter(([known]) => name === known || name.startsWith(`${known}-`)).sort(
      ([a], [b]) => b.length - a.length,
    )[0] ?? []
  return above && prompt > above.prompt ? above.price : base
}

/** A model without a known price counts at the highest price, never as free. */
const DEAREST = PRICES.map(([, base]) => base).reduce((a, b) => (b.output > a.output ? b : a))

function costOf(usage: Usage, each: Price): number {
  const { input, output, cacheRead, cacheWrite, cacheWrite1h, webSearches } = usage
  const tokens =
    input * each.input +
    output * each.output +
    cacheRead * each.cacheRead +
    (cacheWrite - cacheWrite1h) * each.cacheWrite +
    cacheWrite1h * each.cacheWrite1h
  const factor = (usage.isFast ? FAST : 1) * (usage.isInUs ? IN_US : 1)
  return Math.round(tokens * factor) + webSearches * WEB_SEARCH
}

/** What determines the highest price of a request. */
export interface PricedRequest extends Pick<Usage, 'isFast' | 'isInUs'> {
  readonly model: string
  /** Tokens of its prompt. */
  readonly input: number
  /** It asks for cache writes that last an hour. */
  readonly cachesForHour: boolean
  readonly webSearches: number
}

/** Billionths of a dollar: of the whole prompt with its searches, and of each token of the answer. */
export interface HighestPrice {
  readonly prompt: number
  readonly perToken: number
}

/** Returns the most that a request can cost: as if its whole prompt was written to the cache. */
export function highestPrice({
  model,
  input,
  cachesForHour,
  ...rest
}: PricedRequest): HighestPrice {
  const each = priceOf(model, input) ?? DEAREST
  const none = { ...rest, input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 }
  const written = { ...none, cacheWrite: input, ...(cachesForHour && { cacheWrite1h: input }) }
  return {
    prompt: costOf(written, each),
    perToken: costOf({ ...none, webSearches: 0, output: 1 }, each),
  }
}

/** Returns what one model response adds to a tally. */
export function answerTally(model: string, usage: Usage): Tally {
  const { input, output, cacheRead, cacheWrite } = usage
  const known = priceOf(model, input + cacheRead + cacheWrite)
  const kinds: Record<TokenKind, number> = { input, output, cacheRead, cacheWrite }
  const name = model.replaceAll(/[^A-Za-z0-9.:@_-]/g, '_').slice(0, 80) || 'unknown'
  const tokens = Object.entries(kinds).filter(([, count]) => count > 0)
  return {
    answers: 1,
    nanoUsd: costOf(usage, known ?? DEAREST),
    ...(!known && { unpriced: 1 }),
    ...Object.fromEntries(
      tokens.flatMap(([kind, count]) => [
        [`tokens.${kind}`, count],
        [`model.${name}.${kind}`, count],
      ]),
    ),
  }
}

/**
 * A second of a sandbox with 2 vCPU and 2 GiB: 2 x $0.000014 + 2 x $0.0000045
 * (https://e2b.dev/docs/faq/calculate-sandbox-price, seen 2026-11-27).
 */
const SANDBOX_SECOND_USD = 0.000037

/** $0.025 for 1,000 transitions; $0.0000133334 a GB-second on Arm (AWS price pages, us-east-1, seen 2026-11-22). */
const TRANSITION_USD = 0.000025
const LAMBDA_GB_SECOND_USD = 0.0000133334
const FUNCTION_GB = 0.5

/**
 * Estimates AWS and E2B costs from the counters: four transitions a turn, one a command, five a leg, three a
 * verification; 0.2 seconds of functions a transition, half a second of callbacks a minute of sandbox, and the gateway for as long as it streamed.
 */
export function estimate(tally: Tally) {
  const { turns = 0, commands = 0, legs = 0, sandboxSeconds = 0, gatewayMs = 0 } = tally
  const { verifications = 0 } = tally
  const transitions = 4 * turns + commands + 5 * legs + 3 * verifications
  const lambdaSeconds = 0.2 * transitions + sandboxSeconds / 120 + gatewayMs / 1000
  const usd = (value: number) => Number(value.toFixed(6))
  return {
    transitions,
    lambdaSeconds: Number(lambdaSeconds.toFixed(1)),
    awsUsd: usd(transitions * TRANSITION_USD + lambdaSeconds * FUNCTION_GB * LAMBDA_GB_SECOND_USD),
    sandboxUsd: usd(sandboxSeconds * SANDBOX_SECOND_USD),
  }
}
