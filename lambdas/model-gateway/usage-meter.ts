/** Reads the usage of a Messages API response from a copy of its bytes. */
import { createParser } from 'eventsource-parser'
import * as z from 'zod'
import type { Usage } from '../../src/core/prices.ts'

const count = z.number().nullish().catch(undefined)
const counts = z.object({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: z.object({ ephemeral_1h_input_tokens: count }).nullish().catch(undefined),
})
const name = z.string().nullish().catch(undefined)
const iteration = counts.extend({ type: z.string(), model: name })
const usageShape = counts.extend({
  server_tool_use: z.object({ web_search_requests: count }).nullish().catch(undefined),
  speed: name,
  inference_geo: name,
  iterations: z.array(iteration).nullish().catch(undefined),
})
type ApiUsage = z.infer<typeof usageShape>

const message = z.object({ model: z.string(), usage: usageShape })
const event = z.union([
  z.object({ type: z.literal('message_start'), message }),
  z.object({ type: z.literal('message_delta'), usage: usageShape }),
  z.object({ type: z.literal('error'), error: z.object({ type: z.string() }) }),
])

/** The model and usage, as far as the response reports them. */
export interface Metered {
  readonly model: string
  readonly usage: Usage
  /** Further model calls that the API made itself, which `usage` does not include. */
  readonly furtherCalls?: readonly { readonly model: string; readonly usage: Usage }[]
}

export interface Meter {
  accept(bytes: Uint8Array): void
  /** Returns the usage reported so far, or undefined if no message began, as in an error. */
  metered(): Metered | undefined
  /** Returns the type of the error with which a stream ended, or undefined. */
  error(): string | undefined
}

/** Returns a meter for a stream of events or one JSON document, by the response's `contentType`. */
export const meterFor = (contentType: string): Meter =>
  contentType.startsWith('text/event-stream') ? streamMeter() : documentMeter()

/** Counts of a later event replace earlier ones, because they cover the whole response so far. */
function streamMeter(): Meter {
  let reported: { model: string; usage: ApiUsage } | undefined
  let error: string | undefined
  const decoder = new TextDecoder()
  const parser = createParser({
    onEvent({ data }) {
      const parsed = event.safeParse(parseJson(data))
      if (!parsed.success) return
      if (parsed.data.type === 'message_start') reported = parsed.data.message
      else if (parsed.data.type === 'error') error = parsed.data.error.type
      else if (reported)
        reported = { ...reported, usage: merged(reported.usage, parsed.data.usage) }
    },
  })
  return {
    accept: (bytes) => parser.feed(decoder.decode(bytes, { stream: true })),
    metered: () => reported && meteredOf(reported),
    error: () => error,
  }
}

function documentMeter(): Meter {
  const parts: Uint8Array[] = []
  return {
    accept: (bytes) => void parts.push(bytes),
    metered() {
      const parsed = message.safeParse(parseJson(Buffer.concat(parts).toString()))
      return parsed.success ? meteredOf(parsed.data) : undefined
    },
    error: () => undefined,
  }
}

function merged(before: ApiUsage, after: ApiUsage): ApiUsage {
  const given = Object.entries(after).filter(([, value]) => value !== undefined && value !== null)
  return { ...before, ...Object.fromEntries(given) }
}

/**
 * Summaries and advisors are separate calls. The other iterations are part of `usage`.
 * https://platform.claude.com/docs/en/build-with-claude/compaction, …/agents-and-tools/tool-use/advisor-tool
 */
const FURTHER_CALLS = ['compaction', 'advisor_message']

function meteredOf({ model, usage }: { model: string; usage: ApiUsage }): Metered {
  const { speed, inference_geo } = usage
  const furtherCalls = (usage.iterations ?? [])
    .filter(({ type }) => FURTHER_CALLS.includes(type))
    .map((each) => ({
      model: each.model ?? model,
      usage: usageOf({ ...each, speed, inference_geo }),
    }))
  return { model, usage: usageOf(usage), ...(furtherCalls.length > 0 && { furtherCalls }) }
}

const usageOf = (usage: ApiUsage): Usage => ({
  input: usage.input_tokens ?? 0,
  output: usage.output_tokens ?? 0,
  cacheRead: usage.cache_read_input_tokens ?? 0,
  cacheWrite: usage.cache_creation_input_tokens ?? 0,
  cacheWrite1h: usage.cache_creation?.ephemeral_1h_input_tokens ?? 0,
  webSearches: usage.server_tool_use?.web_search_requests ?? 0,
  ...(usage.speed === 'fast' && { isFast: true }),
  ...(usage.inference_geo === 'us' && { isInUs: true }),
})

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
