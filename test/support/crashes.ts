/** Crashes a function's process at one chosen effect of each session, before it or after it. */
import type { FunctionCall, Intercept } from '../../local/aws/index.ts'
import { isEffect, operationOf, sessionOf, stepOf } from './function-calls.ts'

/** The n-th time that a step has an effect in a session: `AskConductor dynamodb UpdateItem 2`. */
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
  /** Whether the planned crash has come. */
  crashed(session: string): boolean
}

interface Watched {
  crash: Crash | undefined
  readonly effects: Effect[]
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
      if (session.crash?.effect !== effect) return perform()
      const { when } = session.crash
      session.crash = undefined
      call.freeze()
      if (when === 'after') await perform()
      call.crash()
    },
    plan: (session, crash) => void watched.set(session, { crash, effects: [] }),
    effects: (session) => find(session).effects,
    crashed: (session) => find(session).crash === undefined,
  }
}

/** Without the session's id, which stands in the names of objects: the same effect of another one has the same name. */
function nameOf(call: FunctionCall, session: string, before: readonly Effect[]): Effect {
  const operation = operationOf(call).replaceAll(session, '<session>')
  const kind = `${stepOf(call)} ${call.service} ${operation}`
  return `${kind} ${before.filter((effect) => kindOf(effect) === kind).length + 1}`
}

/** The effect without its number. */
export const kindOf = (effect: Effect) => effect.replace(/ \d+$/, '')
