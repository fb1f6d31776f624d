/** Crashes a function's process at one chosen effect of each session, before it or after it. */
import * as z from 'zod'
import type { FunctionCall, Intercept } from '../../packages/local-aws/src/index.ts'
import { isEffect, operationOf, sessionOf, stepOf } from './function-calls.ts'

/**
 * Names the n-th time that a step has an effect in a session: `AskConductor dynamodb UpdateItem 2`. Each route of
 * the callback is a step of its own, so that heartbeats, which depend on time, are counted separately.
 */
export type Effect = string

export interface Crash {
  readonly effect: Effect
  readonly when: 'before' | 'after'
}

export interface Crashes {
  readonly intercept: Intercept
  /** Watches a session, and crashes the function at the effect, once. */
  plan(session: string, crash?: Crash): void
  /** Returns the session's effects so far, in order. */
  effects(session: string): readonly Effect[]
  /** Waits until the session reaches an effect. */
  reached(session: string, effect: Effect): Promise<void>
  /** Whether the planned crash has happened. */
  crashed(session: string): boolean
}

interface Watched {
  crash: Crash | undefined
  readonly effects: Effect[]
  readonly awaited: Map<Effect, PromiseWithResolvers<void>>
}

export function crashes(): Crashes {
  const watched = new Map<string, Watched>()
  const find = (session: string) => {
    const found = watched.get(session)
    if (!found) throw new Error(`${session} is not watched`)
    return found
  }
  return {
    intercept: async (call, perform) => {
      const id = isEffect(call) ? sessionOf(call, watched.keys()) : undefined
      const session = watched.get(id ?? '')
      if (id === undefined || !session) return perform()
      const effect = nameOf(call, id, session.effects)
      session.effects.push(effect)
      session.awaited.get(effect)?.resolve()
      if (session.crash?.effect !== effect) return perform()
      const { when } = session.crash
      session.crash = undefined
      call.freeze()
      if (when === 'after') await perform()
      call.crash()
    },
    plan: (session, crash) => void watched.set(session, { crash, effects: [], awaited: new Map() }),
    effects: (session) => find(session).effects,
    reached: async (session, effect) => {
      const { effects, awaited } = find(session)
      if (effects.includes(effect)) return
      const waiting = awaited.get(effect) ?? Promise.withResolvers<void>()
      awaited.set(effect, waiting)
      await waiting.promise
    },
    crashed: (session) => find(session).crash === undefined,
  }
}

/**
 * Without the session's id, which occurs in the names of objects, so that the same effect has the same name in
 * every session.
 */
function nameOf(call: FunctionCall, session: string, before: readonly Effect[]): Effect {
  const operation = operationOf(call).replaceAll(session, '<session>')
  const kind = `${stepOf(call)}${routeOf(call)} ${call.service} ${operation}`
  return `${kind} ${before.filter((effect) => kindOf(effect) === kind).length + 1}`
}

const callback = z.object({ rawPath: z.string().regex(/^\/api\/webhooks\/sandbox\//) })

/** For the callback only: `/job`, `/heartbeat`, `/result`. */
function routeOf({ event }: FunctionCall): string {
  const called = callback.safeParse(event)
  return called.success ? (/\/\w+$/.exec(called.data.rawPath)?.[0] ?? '') : ''
}

/** Returns the effect without its number. */
export const kindOf = (effect: Effect) => effect.replace(/ \d+$/, '')
