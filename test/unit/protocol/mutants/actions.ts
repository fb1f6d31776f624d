/** Guards in the product's actions: each mutant wraps the real function and removes one condition. */

import type { Session } from '../../../../src/core/session.ts'
import { decisionsIn } from '../../../../src/protocol/combined.ts'
import { withoutToken, withoutTurn } from '../../../../src/protocol/guards.ts'
import { product } from '../system.ts'
import type { Mutant } from './mutant.ts'

const withoutResult = (session: Session): Session => {
  if (!session.turn) return session
  const { result: _, ...turn } = session.turn
  return { ...session, turn }
}

/** Acts as if nothing were pending, and restores the pending entries afterwards. */
const asIfEmpty =
  <Args extends unknown[], Output>(
    action: (session: Session, ...args: Args) => { item: Session; output: Output },
  ) =>
  (session: Session, ...args: Args) => {
    const { inbox, abandoned, turn } = session
    const { item, output } = action({ ...withoutTurn(session), inbox: [], abandoned: [] }, ...args)
    return { item: { ...item, inbox, abandoned, ...(turn && { turn }) }, output }
  }

export const actionMutants: readonly Mutant[] = [
  {
    guard: 'seen',
    instead: 'append does not check for a known id',
    lacks: {
      append: (session, arrival) => {
        const { [arrival.id]: _, ...seen } = session.seen
        return product.append({ ...session, seen }, arrival)
      },
    },
    scenario: 'a message, delivered twice',
    breaks: 'S2',
  },
  {
    guard: 'duplicates wake',
    instead: 'append wakes nobody for a known id',
    lacks: {
      append: (session, arrival) =>
        session.seen[arrival.id] === undefined
          ? product.append(session, arrival)
          : { item: session, output: undefined },
    },
    scenario: 'a worker and a message between',
    breaks: 'L1',
  },
  {
    guard: 'stopped legs',
    instead: 'append treats the report of a stopped leg like any other',
    lacks: {
      append: (session, { leg: _, ...arrival }) => product.append(session, arrival),
    },
    scenario: 'a stop and a worker',
    breaks: 'S5',
  },
  {
    guard: 'recover once',
    instead: 'recover takes over any open run',
    lacks: { recover: (session) => product.recover(session, session.run.id) },
    scenario: 'a message, delivered twice',
    breaks: 'L5',
  },
  {
    guard: 'tries in the item',
    instead: 'recover does not count attempts',
    lacks: {
      recover: (session, r) =>
        product.recover({ ...session, run: { ...session.run, tries: -1 } }, r),
    },
    scenario: 'an answer that cannot be read',
    breaks: 'L5',
  },
  {
    guard: 'result before ask',
    instead: 'ask does not look for a result',
    lacks: { ask: (session, r, n, claim) => product.ask(withoutResult(session), r, n, claim) },
    scenario: 'a zombie step and time-outs',
    breaks: { coveredBy: 'takeMessages, in the same write' },
  },
  {
    guard: 'asked in the item',
    instead: 'ask does not count attempts',
    lacks: {
      ask: (session, r, n, claim) => {
        const { turn } = session
        return product.ask(
          { ...session, ...(turn && { turn: { ...turn, asked: 0 } }) },
          r,
          n,
          claim,
        )
      },
    },
    scenario: 'a runner that always dies',
    breaks: 'L5',
  },
  {
    guard: 'read a result',
    instead: 'takeMessages asks a turn that has a result',
    lacks: {
      takeMessages: (session, r, now) => {
        const { item, output } = product.takeMessages(session, r, now)
        return { item, output: output.do === 'read' ? { ...output, do: 'ask' } : output }
      },
    },
    scenario: 'a message, delivered twice',
    breaks: 'L5',
  },
  {
    guard: 'turn stays until done',
    instead: 'takeMessages drops an accepted turn',
    lacks: {
      takeMessages: (session, r, now) =>
        product.takeMessages(
          session.turn?.phase === 'run' ? withoutTurn(session) : session,
          r,
          now,
        ),
    },
    scenario: 'two messages',
    breaks: 'L4',
  },
  {
    guard: 'take keeps the token',
    instead: 'takeMessages removes the token of AwaitMessage',
    lacks: {
      takeMessages: (session, r, now) => {
        const { item, output } = product.takeMessages(session, r, now)
        return { item: { ...item, run: withoutToken(item.run) }, output }
      },
    },
    scenario: 'a worker and a zombie step',
    breaks: 'L1',
  },
  {
    guard: 'give up a command',
    instead: 'takeMessages retries a command forever',
    lacks: {
      takeMessages: (session, r, now) => {
        const { item, output } = product.takeMessages(session, r, now)
        return { item, output: output.do === 'run' ? { ...output, giveUp: false } : output }
      },
    },
    scenario: 'a command that always fails',
    breaks: 'L5',
  },
  {
    guard: 'leave at accept',
    instead: 'messages leave the inbox when their turn begins',
    lacks: {
      takeMessages: (session, r, now) => {
        const { item, output } = product.takeMessages(session, r, now)
        const covered = new Set(item.turn?.messages.map(({ seq }) => seq))
        const inbox = item.inbox.filter(({ seq }) => !covered.has(seq))
        return { item: item === session ? item : { ...item, inbox }, output }
      },
    },
    scenario: 'a zombie step',
    breaks: { coveredBy: 'turn.messages, which keeps the messages in the item' },
  },
  {
    guard: 'job goes with its result',
    instead: 'askAgain drops the result and leaves its job the current one',
    lacks: {
      askAgain: (session, r, n, reason) => {
        const { item, output } = product.askAgain(session, r, n, reason)
        const { job, token } = session.turn ?? {}
        if (item === session || !item.turn || job === undefined || token === undefined)
          return { item, output }
        return { item: { ...item, turn: { ...item.turn, job, token } }, output }
      },
    },
    scenario: 'a result that is never usable',
    breaks: 'J2',
  },
  {
    guard: 'await when empty',
    instead: 'awaitMessage waits although something is outstanding',
    lacks: { awaitMessage: asIfEmpty(product.awaitMessage) },
    scenario: 'a worker and a message between',
    breaks: { coveredBy: 'the report of the worker that is awaited, later' },
  },
  {
    guard: 'younger token',
    instead: 'awaitMessage overwrites a younger token',
    lacks: {
      awaitMessage: (session, r, token) =>
        product.awaitMessage({ ...session, run: withoutToken(session.run) }, r, token),
    },
    scenario: 'a worker and a zombie step',
    breaks: 'L1',
  },
  {
    guard: 'close when empty',
    instead: 'closeRun closes although something is outstanding',
    lacks: { closeRun: asIfEmpty(product.closeRun) },
    scenario: 'two messages',
    breaks: { coveredBy: 'takeMessages, in the same write' },
  },
  {
    guard: 'decide again at close',
    instead: 'takeAndClose closes because nothing was outstanding when that was decided',
    lacks: {
      takeAndClose: (session, r, context) =>
        product.takeAndClose(session, r, context, {
          takeMessages: (...given) => ({
            item: product.takeMessages(...given).item,
            output: { do: 'close' },
          }),
          closeRun: asIfEmpty(product.closeRun),
        }),
    },
    scenario: 'two messages',
    breaks: 'L1',
  },
  {
    guard: 'apply decisions before they are read',
    instead: 'takeAndAsk takes a decision that has come since decisions were applied',
    lacks: {
      takeAndAsk: (session, r, context, parts) =>
        product.takeAndAsk(
          session,
          r,
          { ...context, decided: decisionsIn({ messages: session.inbox }) },
          parts,
        ),
    },
    scenario: 'a decision about a worker while a turn begins',
    breaks: 'S10',
  },
  {
    guard: 'current job at fetch',
    instead: 'the callback returns any job',
    lacks: { isCurrentJob: () => true },
    scenario: 'a stop',
    breaks: 'S5',
  },
  {
    guard: 'current job at result',
    instead: 'storeResult accepts the result of any job',
    lacks: {
      storeResult: (session, job, result) =>
        product.storeResult(session, session.turn?.job ?? job, result),
    },
    scenario: 'a new sandbox',
    breaks: 'J2',
  },
]
