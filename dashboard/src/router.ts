/**
 * The address: `#/conversations/main?q=…#w1.C2`. A fragment needs nothing of the server that holds the files. What follows
 * its second `#` is a mark: a place within the view.
 */
import { computed, signal } from '@preact/signals'

const hash = signal(location.hash)
addEventListener('hashchange', () => {
  hash.value = location.hash
})

export interface Place {
  readonly path: readonly string[]
  readonly query: URLSearchParams
  /** Empty if the address names no place within the view. */
  readonly mark: string
}

export const place = computed<Place>(() => {
  const [address = '', mark = ''] = hash.value.replace(/^#\/?/, '').split('#', 2)
  const [path = '', query = ''] = address.split('?', 2)
  return {
    path: path.split('/').filter(Boolean).map(decode),
    query: new URLSearchParams(query),
    mark: decode(mark),
  }
})

/** An address that somebody typed may not be encoded properly. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

interface Within {
  readonly query?: Readonly<Record<string, string>>
  readonly mark?: string | undefined
}

/** Returns the address of a place, for links. */
export function to(path: readonly string[], { query = {}, mark = '' }: Within = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  const search = given.length > 0 ? `?${new URLSearchParams(given)}` : ''
  const within = mark === '' ? '' : `#${encodeURIComponent(mark)}`
  return `#/${path.map(encodeURIComponent).join('/')}${search}${within}`
}

/** `mark` is an entry (`12`), a turn (`t3`), a command (`t3.0`), a worker (`w1`) or a criterion (`w1.C2`). */
export const conversation = (sessionId: string, mark?: string) =>
  to(['conversations', sessionId], { mark })

export const workerPage = (sessionId: string, workerId: string, mark?: string) =>
  to(['conversations', sessionId, 'workers', workerId], { mark })

/** `line` is that of a text, from 1. */
export const artifact = (sessionId: string, workerId: string, name: string, line?: number) =>
  to(['conversations', sessionId, 'workers', workerId, 'files', name], {
    mark: line === undefined ? undefined : `L${line}`,
  })

export function go(address: string): void {
  location.hash = address
}

/** Changes the address without a step in the tab's history, as typing in a search field does. */
export function replace(address: string): void {
  history.replaceState(null, '', address)
  hash.value = address
}
