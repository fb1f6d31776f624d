/** Guards for a model that refuses or does not answer. */
import type { Session } from '../../../../src/core/session.ts'
import { product } from '../system.ts'
import type { Mutant } from './mutant.ts'

const withoutAdvice = (session: Session): Session => {
  if (!session.turn) return session
  const { advice: _, ...turn } = session.turn
  return { ...session, turn }
}

export const modelMutants: readonly Mutant[] = [
  {
    guard: 'abandon what cannot be helped',
    instead: 'takeMessages has a turn asked again that the model refuses for good',
    lacks: {
      takeMessages: (session, r, context) => {
        const { item, output } = product.takeMessages(session, r, context)
        const isRefused = output.do === 'abandon' && session.turn?.advice !== undefined
        return { item, output: isRefused ? { ...output, do: 'ask' } : output }
      },
    },
    scenario: 'a model that refuses',
    breaks: 'L5',
  },
  {
    guard: 'no ask that cannot help',
    instead: 'ask does not look whether asking again helps',
    lacks: {
      ask: (session, r, n, claim) => {
        const { item, output } = product.ask(withoutAdvice(session), r, n, claim)
        return { item: output === undefined ? session : item, output }
      },
    },
    scenario: 'a model that refuses',
    breaks: { coveredBy: 'takeMessages, in the same write' },
  },
  {
    guard: 'note once',
    instead: 'noteTrouble does not remember what the history says',
    lacks: {
      noteTrouble: (session, job, notice) => {
        const { item, output } = product.noteTrouble(session, job, notice)
        const { turn } = item
        if (!turn) return { item, output }
        const { noted: _, ...unnoted } = turn
        return { item: { ...item, turn: unnoted }, output }
      },
    },
    scenario: 'a model that does not answer',
    breaks: 'L5',
  },
  {
    guard: 'note the current job',
    instead: 'noteTrouble does not check the job',
    lacks: {
      noteTrouble: (session, job, notice) =>
        product.noteTrouble(session, session.turn?.job ?? job, notice),
    },
    scenario: 'a model that does not answer',
    breaks: 'S1',
  },
]
