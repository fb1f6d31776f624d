/** Repeats requests while the page is visible, and rests while it is hidden or the server does not answer. */
import { type Signal, signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Refused } from './client.ts'

const LONGEST_REST_MS = 15_000

/** How often a view of something at work looks, so that it shows a tool call within two seconds. */
export const BUSY_MS = 1_500

/** Resolves after `ms`, or at once when `hurry` or `signal` fires. */
export const rest = (ms: number, signal: AbortSignal, hurry?: EventTarget) =>
  new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      hurry?.removeEventListener('hurry', end)
      resolve()
    }
    const timer = Number.isFinite(ms) ? setTimeout(end, ms) : undefined
    signal.addEventListener('abort', end)
    hurry?.addEventListener('hurry', end)
  })

/** Resolves as soon as the page is visible. */
const visible = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const look = () => {
      if (document.visibilityState === 'hidden' && !signal.aborted) return
      document.removeEventListener('visibilitychange', look)
      signal.removeEventListener('abort', look)
      resolve()
    }
    document.addEventListener('visibilitychange', look)
    signal.addEventListener('abort', look)
    look()
  })

/** Returns a signal that also fires when the page is hidden. */
function whileVisible(signal: AbortSignal): { signal: AbortSignal; end: () => void } {
  const hidden = new AbortController()
  const look = () => document.visibilityState === 'hidden' && hidden.abort()
  document.addEventListener('visibilitychange', look)
  return {
    signal: AbortSignal.any([signal, hidden.signal]),
    end: () => document.removeEventListener('visibilitychange', look),
  }
}

export interface Repeated<Value> {
  load(signal: AbortSignal): Promise<Value>
  show(value: Value): void
  /** Called with every error. Returns whether to try again; otherwise only a temporary one is tried again. */
  fail?(error: unknown): boolean | undefined
  /** How long to rest after a value, in ms. Infinity: until `hurry` fires. */
  pause(value: Value): number
  readonly hurry?: EventTarget
}

/** Repeats until the signal fires. */
export async function repeat<Value>(repeated: Repeated<Value>, signal: AbortSignal): Promise<void> {
  const { fail, hurry } = repeated
  for (let failures = 0; !signal.aborted; ) {
    await visible(signal)
    const result = await once(repeated, signal)
    if (signal.aborted) return
    if (result === 'hidden') continue
    if ('pause' in result) {
      failures = 0
      await rest(result.pause, signal, hurry)
      continue
    }
    const { error } = result
    if (!(fail?.(error) ?? mayPass(error))) return
    failures += 1
    await rest(Math.min(LONGEST_REST_MS, 500 * 2 ** failures), signal, hurry)
  }
}

const mayPass = (error: unknown) => !(error instanceof Refused) || error.isTemporary

/** Loads and shows once. Returns how long to rest, or what went wrong, or that the page was hidden meanwhile. */
async function once<Value>({ load, show, pause }: Repeated<Value>, signal: AbortSignal) {
  const request = whileVisible(signal)
  try {
    const value = await load(request.signal)
    if (!signal.aborted) show(value)
    return { pause: pause(value) }
  } catch (error) {
    return request.signal.aborted ? 'hidden' : { error }
  } finally {
    request.end()
  }
}

export interface Polled<Value> {
  readonly value: Signal<Value | undefined>
  readonly error: Signal<Error | undefined>
  /** Loads again at once. */
  refresh(): void
}

/** Loads a value as long as the component is there. It begins anew when `key` changes. */
export function usePolled<Value>(
  key: string,
  load: (signal: AbortSignal) => Promise<Value>,
  pause: (value: Value) => number,
): Polled<Value> {
  // The key stands for what is loaded.
  const polled = useMemo(() => {
    const hurry = new EventTarget()
    return {
      value: signal<Value | undefined>(undefined),
      error: signal<Error | undefined>(undefined),
      hurry,
      refresh: () => void hurry.dispatchEvent(new Event('hurry')),
    }
  }, [key])
  // The key stands for what is loaded.
  useEffect(() => {
    const { value, error, hurry } = polled
    const end = new AbortController()
    const show = (loaded: Value) => {
      error.value = undefined
      value.value = loaded
    }
    const fail = (failed: unknown) => {
      error.value = failed instanceof Error ? failed : new Error(String(failed))
      return undefined
    }
    repeat({ load, show, fail, pause, hurry }, end.signal)
    return () => end.abort()
  }, [polled])
  return polled
}
