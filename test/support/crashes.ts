/** Crashes a function's process at one chosen effect of each session, before it or after it. */
import * as z from 'zod'
import type { FunctionCall, Intercept } from '../../packages/local-aws/src/index.ts'
import { isEffect, operationOf, sessionOf, stepOf } from './function-calls.ts'

/**
 * The n-th time that a step has an effect in a session: `AskConductor dynamodb UpdateItem 2`. The callback is a step for each
 * of its routes, so that heartbeats, which come by time, count for themselves.
 */
export type Effect = string

export interface Crash {
  readonly effect: Effect
  readonly when: 'before' | 'after'
}

export interface Crashes {
  readonly intercept: Intercept
  /** Watches a session, and crashes whoever comes to the effect, once. */
  plan(session: string, crash?: Crash): void
  /** The session's effects so far, in order. */
  effects(session: string): readonly Effect[]
  /** Waits until the session comes to an effect. */
  reached(session: string, effect: Effect): Promise<void>
  /** Whether the planned crash has come. */
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

/** Without the session's id, which stands in the names of objects: the same effect of another one has the same name. */
function nameOf(call: FunctionCall, session: string, before: readonly Effect[]): Effect {
  const operation = operationOf(call).replaceAll(session, '<session>')
  const kind = `${stepOf(call)}${routeOf(call)} ${call.service} ${operation}`
  return `${kind} ${before.filter((effect) => kindOf(effect) === kind).length + 1}`
}

const callback = z.object({ rawPath: z.string().regex(/^\/api\/webhooks\/sandbox\//) })

/** Of the callback alone: `/job`, `/heartbeat`, `/result`. */
function routeOf({ event }: FunctionCall): string {
  const called = callback.safeParse(event)
  return called.success ? (/\/\w+$/.exec(called.data.rawPath)?.[0] ?? '') : ''
}

/** The effect without its number. */
export const kindOf = (effect: Effect) => effect.replace(/ \d+$/, '')
