/** Guards in the handlers: each mutant changes the order or the condition of one effect. */
import { withoutTurn } from '../../../../src/protocol/guards.ts'
import { product } from '../system.ts'
import type { Mutant } from './mutant.ts'

export const effectMutants: readonly Mutant[] = [
  {
    guard: 'append opens',
    instead:
      'append leaves the run closed, a second update opens it; the dead-letter consumer does neither',
    lacks: {
      appendOpens: false,
      deadLettersAppend: false,
      append: (session, arrival) => {
        const { item, output } = product.append(session, arrival)
        return session.run.open ? { item, output } : { item: { ...item, run: session.run }, output }
      },
    },
    scenario: 'two messages',
    breaks: 'L1',
  },
  {
    guard: 'dead letters append',
    instead: 'the dead-letter consumer leaves a tombstone',
    lacks: { deadLettersAppend: false },
    scenario: 'a worker',
    breaks: 'L3',
  },
  {
    guard: 'body first',
    instead: 'the content is stored after the append',
    lacks: { bodyFirst: false },
    scenario: 'two messages',
    breaks: 'S6',
  },
  {
    guard: 'start after a dead token',
    instead: 'a token that nobody waits for ends the wake',
    lacks: { startsAfterToken: false },
    scenario: 'a worker and a zombie step',
    breaks: { coveredBy: 'the sweep, later' },
  },
  {
    guard: 'recover a used name',
    instead: 'a start whose name is used up ends the wake',
    lacks: { recoversUsedName: false },
    scenario: 'two messages',
    breaks: 'L5',
  },
  {
    guard: 'sweep',
    instead: 'no sweep finds open runs',
    lacks: { sweeps: false },
    scenario: 'two messages',
    breaks: 'L1',
  },
  {
    guard: 'lock order',
    instead: 'a runner ends any job it finds',
    lacks: { fencesJobs: false },
    scenario: 'a zombie step and time-outs',
    breaks: 'J2',
  },
  {
    guard: 'result first',
    instead: 'the callback completes the token, then stores the result',
    lacks: { resultFirst: false },
    scenario: 'two messages',
    breaks: 'J1',
  },
  {
    guard: 'current token',
    instead: 'the callback completes the token that was current when the result was posted',
    lacks: { answersCurrentToken: false },
    scenario: 'a zombie step and time-outs',
    breaks: { coveredBy: 'the heartbeat time-out, later' },
  },
  {
    guard: 'claim before an email',
    instead: 'an email is sent, then recorded',
    lacks: { claimsEmail: false },
    scenario: 'two messages',
    breaks: 'S3',
  },
  {
    guard: 'workers have names',
    instead: 'a spawn creates a worker every time',
    lacks: { namesWorkers: false },
    scenario: 'a worker',
    breaks: 'S3',
  },
  {
    guard: 'report first',
    instead: 'a leg is marked as reported before its report is queued',
    lacks: { reportFirst: false },
    scenario: 'a worker',
    breaks: 'L3',
  },
  {
    guard: 'a report is known by its arrival',
    instead: 'a worker is refused instructions until its item is marked as reported',
    lacks: { trustsMark: true },
    scenario: 'a worker that is sent on',
    breaks: 'L3',
  },
  {
    guard: 'stop fences',
    instead: 'stop ends any job it finds',
    lacks: { stopsOlderJobs: false },
    scenario: 'a stop between deliveries',
    breaks: 'J2',
  },
  {
    guard: 'stop at once',
    instead: 'stop sets a mark, and closes and empties in the end',
    lacks: { stopsAtOnce: false },
    scenario: 'a stop',
    breaks: 'S5',
  },
  {
    guard: 'abandoned until told',
    instead: 'the abandoned messages leave, then the notice is written',
    lacks: {
      noticeWithTell: false,
      notify: (session, r, text, at) => {
        const { item, output } = product.notify(session, r, text, at)
        return { item: { ...item, pendingEntries: session.pendingEntries }, output }
      },
    },
    scenario: 'a runner that always dies',
    breaks: 'L4',
  },
  {
    guard: 'token grows with a redrive',
    instead: 'a redriven AwaitMessage has the entered time it had, its retries count from zero',
    lacks: { redriveGrowsToken: false },
    scenario: 'a worker and a redrive',
    breaks: 'L1',
  },
  {
    guard: 'stop leaves nothing',
    instead: 'stop does not empty the inbox',
    lacks: {
      stop: (session, text, at) => {
        const { item, output } = product.stop(session, text, at)
        return { item: { ...withoutTurn(item), inbox: session.inbox }, output }
      },
    },
    scenario: 'a stop',
    breaks: 'L1',
  },
]
