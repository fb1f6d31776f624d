/** The query of a list call: filters, order and page. */
import * as z from 'zod'
import { ApiError } from './json-http.ts'
import type { Sandbox } from './sandbox.ts'

const MAX_PAGE = 100

const listQuery = z.object({
  metadata: z.string().optional(),
  state: z.string().default('running,paused'),
  template: z.string().optional(),
  startedAfter: z.iso.datetime({ offset: true }).optional(),
  order: z.enum(['asc', 'desc']).default('desc'),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(MAX_PAGE),
  /** The creation number of the last sandbox on the previous page. */
  nextToken: z.coerce.number().int().optional(),
})

export interface Page {
  readonly sandboxes: Sandbox[]
  /** Where the next page starts, if there is one. */
  readonly nextToken: string | undefined
}

/**
 * Returns one page of the sandboxes that match the query, newest first by default.
 *
 * @throws ApiError 400 naming what is wrong in the query
 */
export function selectPage(query: URLSearchParams, all: readonly Sandbox[]): Page {
  const parsed = listQuery.safeParse(Object.fromEntries(query))
  if (!parsed.success)
    throw new ApiError(400, `the list's query is wrong: ${z.prettifyError(parsed.error)}`)
  const { metadata, state, template, startedAfter, order, limit, nextToken } = parsed.data
  const wanted = metadataPairs(metadata)
  const states = state.split(',')
  const direction = order === 'asc' ? 1 : -1
  const matching = all
    .filter((sandbox) => states.includes(sandbox.state))
    .filter(({ request }) => template === undefined || request.templateID === template)
    .filter(({ startedAt }) => !startedAfter || startedAt >= Date.parse(startedAfter))
    .filter(({ request }) => wanted.every(([key, value]) => request.metadata[key] === value))
    .filter(({ sequence }) => nextToken === undefined || (sequence - nextToken) * direction > 0)
    .sort((a, b) => (a.sequence - b.sequence) * direction)
  const sandboxes = matching.slice(0, limit)
  const last = matching.length > limit ? sandboxes.at(-1) : undefined
  return { sandboxes, nextToken: last && String(last.sequence) }
}

/** The SDK encodes keys and values before it builds a query string from them, so they are decoded twice. */
const metadataPairs = (metadata: string | undefined): [string, string][] =>
  [...new URLSearchParams(metadata ?? '')].map(([key, value]) => [
    decodeURIComponent(key),
    decodeURIComponent(value),
  ])
