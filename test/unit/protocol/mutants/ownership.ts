/** Guards of ownership: every step checks its run and its turn. Each mutant lets one step skip the check. */
import type { Session } from '../../../../src/core/session.ts'
import { product, type System } from '../system.ts'
import type { Mutant } from './mutant.ts'

/** The current run, whichever run the step belongs to. */
const current = ({ run }: Session) => run.id
/** The current turn, whichever turn the step belongs to. */
const currentTurn = ({ turn }: Session, n: number) => turn?.n ?? n

const anyRun = (action: keyof System, lacks: Partial<System>, scenario: string): Mutant => ({
  guard: `own run: ${action}`,
  instead: `${action} does not check its run`,
  lacks,
  scenario,
  breaks: 'S1',
})

const anyTurn = (action: keyof System, lacks: Partial<System>, scenario: string): Mutant => ({
  guard: `own turn: ${action}`,
  instead: `${action} does not check its turn`,
  lacks,
  scenario,
  breaks: 'S2',
})

const takeAny: System['takeMessages'] = (session, _, context) =>
  product.takeMessages(session, current(session), context)
const askAny: System['ask'] = (session, _, n, claim) =>
  product.ask(session, current(session), n, claim)

const abandonAny: System['abandon'] = (session, _, n) =>
  product.abandon(session, current(session), n)

const TAKEN_BEFORE = { coveredBy: 'takeMessages, in the same write' } as const

export const ownershipMutants: readonly Mutant[] = [
  anyRun('takeMessages', { takeMessages: takeAny }, 'a zombie step'),
  { ...anyRun('ask', { ask: askAny }, 'a zombie step'), breaks: TAKEN_BEFORE },
  {
    ...anyRun('ask', { takeMessages: takeAny, ask: askAny }, 'a zombie step'),
    guard: 'own run: takeMessages and ask',
  },
  anyRun(
    'accept',
    { accept: (session, _, n, decision) => product.accept(session, current(session), n, decision) },
    'a zombie step',
  ),
  anyRun(
    'askAgain',
    { askAgain: (session, _, n, why) => product.askAgain(session, current(session), n, why) },
    'a result without structure',
  ),
  anyRun(
    'advance',
    { advance: (session, _, n, i, done) => product.advance(session, current(session), n, i, done) },
    'a redrive',
  ),
  anyRun(
    'awaitMessage',
    {
      awaitMessage: (session, _, token) => product.awaitMessage(session, current(session), token),
    },
    'a worker and a redrive',
  ),
  {
    ...anyRun(
      'closeRun',
      { closeRun: (session, _, account) => product.closeRun(session, current(session), account) },
      'a zombie step',
    ),
    breaks: TAKEN_BEFORE,
  },
  {
    ...anyRun('abandon', { abandon: abandonAny }, 'a result that is never usable'),
    breaks: TAKEN_BEFORE,
  },
  {
    ...anyRun(
      'abandon',
      { takeMessages: takeAny, abandon: abandonAny },
      'a result that is never usable',
    ),
    guard: 'own run: takeMessages and abandon',
  },
  anyRun(
    'notify',
    { notify: (session, _, text, at) => product.notify(session, current(session), text, at) },
    'a result that is never usable',
  ),
  {
    ...anyTurn(
      'ask',
      { ask: (session, r, n, claim) => product.ask(session, r, currentTurn(session, n), claim) },
      'a zombie step',
    ),
    breaks: TAKEN_BEFORE,
  },
  anyTurn(
    'accept',
    {
      accept: (session, r, n, decision) =>
        product.accept(session, r, currentTurn(session, n), {
          ...decision,
          result: session.turn?.result ?? decision.result,
        }),
    },
    'a zombie step',
  ),
]
