/** Reservations: what a model request may cost at most, and how long an answer the budgets still afford. */
import * as z from 'zod'
import { type HighestPrice, highestPrice } from './prices.ts'

/** What a request asks for. */
export interface Ask {
  readonly price: HighestPrice
  /** Tokens: how long the answer may be, and how long it must be allowed to be so that the request is worth its price. */
  readonly wanted: number
  readonly least: number
  /** The price of the prompt cannot be known better. */
  readonly isExact: boolean
}

/** Returns the most that the request can cost with an answer of that many tokens, in billionths of a dollar. */
export const reservationOf = ({ price }: Ask, tokens: number) =>
  price.prompt + price.perToken * tokens

/** Returns how many tokens of an answer fit into what is free, or undefined if too few do. */
export function affordable({ price, wanted, least }: Ask, free: number): number | undefined {
  const tokens = Math.min(wanted, Math.floor((free - price.prompt) / price.perToken))
  return tokens >= least ? tokens : undefined
}

/** Fewer tokens would only pay for an answer that is cut off. */
const LEAST_TOKENS = 1_000
/** No model writes more in one answer (https://platform.claude.com/docs/en/about-claude/models/overview). */
const MOST_TOKENS = 128_000
/** No model reads more. */
const LARGEST_PROMPT = 1_000_000
/** Content that is not in the request, or has more tokens than bytes, as the pages of a PDF. It counts as the largest prompt. */
const ELSEWHERE =
  /"type":"(?:url|file|container_upload)"|"container":|"media_type":"application\/pdf"/i
/** An image has at most this many tokens, however few bytes (…/build-with-claude/vision). */
const IMAGE_TOKENS = 5_000
/** The API adds a system prompt for tools (…/agents-and-tools/tool-use/overview). */
const ADDED_TOKENS = 1_000
/** Searches of a request that sets no limit. */
const SEARCHES = 10

/** The API calls its count an estimate, which may differ a little (…/build-with-claude/token-counting). */
const COUNT_MARGIN = 1.02
/** The parameters that counting accepts. */
const COUNTED = [
  'model',
  'system',
  'messages',
  'tools',
  'tool_choice',
  'thinking',
  'mcp_servers',
  'context_management',
  'output_config',
]

/** Each value on its own, because the API accepts null in many places. A negative limit would make the request cheaper. */
const tool = z
  .looseObject({
    type: z.string().catch(''),
    max_uses: z.number().int().nonnegative().catch(SEARCHES),
  })
  .catch({ type: '', max_uses: 0 })

const request = z.looseObject({
  model: z.string().catch('unknown'),
  max_tokens: z.number().int().positive().max(MOST_TOKENS).catch(MOST_TOKENS),
  thinking: z
    .looseObject({ budget_tokens: z.number().int().nonnegative().catch(0) })
    .optional()
    .catch(undefined),
  stream: z.unknown().optional(),
  speed: z.string().optional().catch(undefined),
  inference_geo: z.string().optional().catch(undefined),
  tools: z.array(tool).catch([]),
})

export interface ReadRequest {
  readonly streams: boolean
  /**
   * Returns what the request asks for. `counted` is the exact number of tokens of its prompt, or `unknown` if it cannot be
   * counted. Without a number each of its bytes counts as a token: a token is never shorter.
   */
  ask(counted?: number | 'unknown'): Ask
  /** Returns the part of the request that determines its number of tokens, as a request to count them. */
  countable(): Buffer
  /** Returns the body with another limit for the answer. */
  withMaxTokens(tokens: number): Buffer
}

/** Reads the body of a Messages API request. Returns undefined if it is not a JSON object. */
export function readRequest(body: Buffer): ReadRequest | undefined {
  const raw = parseJson(body)
  const parsed = request.safeParse(raw)
  if (!parsed.success) return undefined
  const { model, max_tokens: wanted, thinking, speed, inference_geo, tools } = parsed.data
  // Written anew, so that no escape sequence hides a type.
  const text = JSON.stringify(raw)
  const images = text.split('"type":"image"').length - 1
  const isElsewhere = ELSEWHERE.test(text)
  const bytes = body.length + images * IMAGE_TOKENS + ADDED_TOKENS
  const searches = tools.filter(({ type }) => type.startsWith('web_search'))
  const estimated = isElsewhere ? Math.max(LARGEST_PROMPT, bytes) : bytes
  return {
    streams: parsed.data.stream === true,
    ask: (counted) => ({
      isExact: counted !== undefined,
      price: highestPrice({
        model,
        input: typeof counted === 'number' ? Math.ceil(counted * COUNT_MARGIN) : estimated,
        cachesForHour: text.includes('"ttl":"1h"'),
        webSearches: searches.reduce((sum, { max_uses }) => sum + max_uses, 0),
        isFast: speed === 'fast',
        isInUs: inference_geo === 'us',
      }),
      wanted,
      least: Math.min(wanted, LEAST_TOKENS + (thinking?.budget_tokens ?? 0)),
    }),
    countable: () =>
      Buffer.from(
        JSON.stringify(
          // As it was sent: a part that is not understood here counts, too.
          Object.fromEntries(
            Object.entries(raw as object).filter(([name]) => COUNTED.includes(name)),
          ),
        ),
      ),
    withMaxTokens: (tokens) => {
      const given = (raw as { max_tokens?: unknown }).max_tokens
      // What is not a number may be taken for one by the API.
      if (given === undefined || (typeof given === 'number' && given <= tokens)) return body
      return Buffer.from(JSON.stringify({ ...(raw as object), max_tokens: tokens }))
    },
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
