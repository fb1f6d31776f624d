/** Several things that a view shows, loaded one after another, so that a view at rest costs one request at a time. */
import { useMemo } from 'preact/hooks'
import { BUSY_MS, type Polled, usePolled } from './poll.ts'

type Loads = Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>>
type Loaded<Of extends Loads> = { readonly [Name in keyof Of]: Awaited<ReturnType<Of[Name]>> }

interface Options<Of extends Loads> {
  readonly isBusy?: (loaded: Loaded<Of>) => boolean
  readonly busyMs?: number
  /** When the sign changes, something has happened, and everything is loaded again. */
  readonly signOf?: (loaded: Loaded<Of>) => string
}

/** A page at rest makes at most one request in 20 seconds. */
const REST_MS = 21_000

/**
 * Returns which are loaded in a round. Most of what happens is in the first; one of the others is looked at now and then:
 * in its place while nothing happens, and beside it while something does.
 */
function turnsOf(round: number, count: number, isBusy: boolean): readonly number[] {
  const every = isBusy ? 10 : 2
  if (count === 1 || round % every !== every - 1) return [0]
  const other = 1 + (Math.floor(round / every) % (count - 1))
  return isBusy ? [0, other] : [other]
}

/**
 * Loads all at first. Later it loads every `busyMs` while `isBusy`, and one of them every 21 seconds at rest. `refresh`
 * loads all again.
 */
export function useInTurn<Of extends Loads>(
  key: string,
  loads: Of,
  { isBusy = () => false, busyMs = BUSY_MS, signOf = () => '' }: Options<Of> = {},
): Polled<Loaded<Of>> {
  // The key stands for what is loaded.
  const state = useMemo(() => ({ known: undefined as Loaded<Of> | undefined, round: 0 }), [key])
  const names = Object.keys(loads)
  const load = async (chosen: readonly string[], signal: AbortSignal) => {
    const loaded = await Promise.all(
      chosen.map(async (name) => [name, await loads[name]?.(signal)] as const),
    )
    return { ...state.known, ...Object.fromEntries(loaded) } as Loaded<Of>
  }
  const polled = usePolled<Loaded<Of>>(
    key,
    async (signal) => {
      const { known } = state
      const turns = known ? turnsOf(state.round, names.length, isBusy(known)) : []
      const chosen = known ? names.filter((_, i) => turns.includes(i)) : names
      state.round += 1
      state.known = await load(chosen, signal)
      if (known && signOf(known) !== signOf(state.known)) {
        const others = names.filter((name) => !chosen.includes(name))
        state.known = await load(others, signal)
      }
      return state.known
    },
    (loaded) => (isBusy(loaded) ? busyMs : REST_MS),
  )
  return {
    ...polled,
    refresh: () => {
      state.known = undefined
      polled.refresh()
    },
  }
}
