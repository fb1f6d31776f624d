/** Reads what an answer of the Messages API used, from a copy of its bytes. */
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
])

/** Model and usage as far as they were told. */
export interface Metered {
  readonly model: string
  readonly usage: Usage
  /** What the API asked of models in between, which `usage` leaves out. */
  readonly besides?: readonly { readonly model: string; readonly usage: Usage }[]
}

export interface Meter {
  accept(bytes: Uint8Array): void
  /** What was told so far; nothing when no answer began, as in an error. */
  metered(): Metered | undefined
}

/** `contentType` of the answer tells a stream of events from one JSON document. */
export const meterFor = (contentType: string): Meter =>
  contentType.startsWith('text/event-stream') ? streamMeter() : documentMeter()

/** A later event's counts take the place of the earlier ones: they are of the whole answer so far. */
function streamMeter(): Meter {
  let told: { model: string; usage: ApiUsage } | undefined
  const decoder = new TextDecoder()
  const parser = createParser({
    onEvent({ data }) {
      const parsed = event.safeParse(parseJson(data))
      if (!parsed.success) return
      if (parsed.data.type === 'message_start') told = parsed.data.message
      else if (told) told = { ...told, usage: merged(told.usage, parsed.data.usage) }
    },
  })
  return {
    accept: (bytes) => parser.feed(decoder.decode(bytes, { stream: true })),
    metered: () => told && meteredOf(told),
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
  }
}

function merged(before: ApiUsage, after: ApiUsage): ApiUsage {
  const told = Object.entries(after).filter(([, value]) => value !== undefined && value !== null)
  return { ...before, ...Object.fromEntries(told) }
}

/**
 * Summaries and advisors are iterations of their own; the others are parts of the whole.
 * https://platform.claude.com/docs/en/build-with-claude/compaction, …/agents-and-tools/tool-use/advisor-tool
 */
const BESIDES = ['compaction', 'advisor_message']

function meteredOf({ model, usage }: { model: string; usage: ApiUsage }): Metered {
  const { speed, inference_geo } = usage
  const besides = (usage.iterations ?? [])
    .filter(({ type }) => BESIDES.includes(type))
    .map((each) => ({
      model: each.model ?? model,
      usage: usageOf({ ...each, speed, inference_geo }),
    }))
  return { model, usage: usageOf(usage), ...(besides.length > 0 && { besides }) }
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
