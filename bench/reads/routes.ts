/** The measured reads of Baton. */
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

/** Returns how long a read takes, to its last byte, and whether it succeeded. */
export async function read({ url, token }: TestBaton, route: string): Promise<Read> {
  const began = now()
  const response = await fetch(url + route, { headers: { authorization: `Bearer ${token}` } })
  await response.arrayBuffer()
  return { ms: now() - began, ok: response.ok }
}

/** A Baton with stored data, and what is read from it. */
export interface Store {
  readonly baton: TestBaton
  readonly routes: Readonly<Record<string, string>>
}

export type Times = ReadonlyMap<string, readonly number[]>

/** Reads each page of each store this often, alternating, after one warm-up: a busy moment affects all alike. */
export async function readByTurns(stores: readonly Store[], rounds: number): Promise<Times[]> {
  const names = Object.keys(stores[0]?.routes ?? {})
  const taken = stores.map(() => new Map(names.map((name) => [name, [] as number[]])))
  for (let round = 0; round <= rounds; round++)
    for (const name of names) {
      const times = await readPage(stores, name)
      if (round > 0) for (const [i, ms] of times.entries()) taken[i]?.get(name)?.push(ms)
    }
  return taken
}

/** Throws if a store refuses. */
async function readPage(stores: readonly Store[], name: string): Promise<number[]> {
  const times: number[] = []
  for (const { baton, routes } of stores) {
    const { ms, ok } = await read(baton, routes[name] ?? '')
    if (!ok) throw new Error(`${routes[name]} was refused`)
    times.push(ms)
  }
  return times
}
