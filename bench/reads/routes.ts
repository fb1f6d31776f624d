/** What is read of Baton, and how long that takes. */
import type { TestBaton } from '../../test/support/baton.ts'
import { now } from '../observe/now.ts'

/** Every kind of page; `last` is the number of the history's last entry. */
export const routesOf = (session: string, last: number): Readonly<Record<string, string>> => ({
  status: '/api/monitoring/status',
  workers: '/api/monitoring/workers',
  metrics: '/api/monitoring/metrics',
  'list of sessions': '/api/sessions?limit=100',
  session: `/api/sessions/${session}`,
  'history, first page': `/api/sessions/${session}/messages`,
  'history, last page': `/api/sessions/${session}/messages?after=${Math.max(0, last - 1)}&limit=1`,
  'history, nothing new': `/api/sessions/${session}/messages?after=${last}`,
})

export interface Read {
  readonly ms: number
  readonly ok: boolean
}

/** Returns how long a read takes, to its last byte, and whether it was answered as asked. */
export async function read({ url, token }: TestBaton, route: string): Promise<Read> {
  const began = now()
  const response = await fetch(url + route, { headers: { authorization: `Bearer ${token}` } })
  await response.arrayBuffer()
  return { ms: now() - began, ok: response.ok }
}

/** Reads each page so often, by turns, after once to warm up. */
export async function readAll(
  baton: TestBaton,
  routes: Readonly<Record<string, string>>,
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const taken = new Map(Object.keys(routes).map((name) => [name, [] as number[]]))
  for (let round = 0; round <= rounds; round++)
    for (const [name, route] of Object.entries(routes)) {
      const { ms, ok } = await read(baton, route)
      if (!ok) throw new Error(`${route} was refused`)
      if (round > 0) taken.get(name)?.push(ms)
    }
  return taken
}
