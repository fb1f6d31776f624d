/** ContinueRun: does what needs no waiting, step by step, until the run waits, is closed or is another one's. */
import { textsOf } from '../../src/adapters/bodies.ts'
import { logger } from '../../src/adapters/logger.ts'
import { changeSession, readSession } from '../../src/adapters/sessions.ts'
import type { Session } from '../../src/core/session.ts'
import { type Next, takeMessages } from '../../src/protocol/take-messages.ts'
import { task } from '../../src/triggers/task.ts'
import { runInput } from '../../src/triggers/task-input.ts'
import { flushHistory } from '../../src/use-cases/flush-history.ts'
import { postForBudgets } from '../../src/use-cases/post-usage.ts'
import { closeRun, finishClosed } from './close-run.ts'
import { abandonAndNotify } from './notify-senders.ts'
import { readTurn } from './read-turn.ts'
import { runCommand } from './run-command.ts'
import type { RunWork } from './run-work.ts'

/** After so long another invocation goes on, which leaves time for a pause of the sandbox. */
const WORK_MS = 30_000

/** What the run does next: something that takes another state, or another invocation. */
type Left = Next | { readonly do: 'closed' }

/**
 * Returns what the run does next. Each step is written before the next begins, so whoever repeats this after a crash
 * goes on where it stopped.
 */
export const continueRunTask = task(runInput, async ({ sessionId, run }): Promise<Left> => {
  const session = await readSession(sessionId)
  if (!session) return { do: 'superseded' }
  const texts = textsOf(sessionId)
  const { entries, marked } = await flushHistory(session, texts)
  return goOn(session, { run, texts, entries: new Set(entries), marked })
})

async function goOn(start: Session, work: RunWork): Promise<Left> {
  const until = Date.now() + WORK_MS
  let session = start
  for (;;) {
    const { output: next } = takeMessages(session, work.run, contextOf(work))
    if ('turn' in next) logger.appendKeys({ turn: next.turn })
    const done = await act(session, work, next)
    if (done.left) return done.left
    if (!done.session) return { do: 'superseded' }
    session = done.session
    if (Date.now() > until) return takeMessages(session, work.run, contextOf(work)).output
  }
}

const contextOf = ({ entries, marked }: RunWork) => ({
  written: { entries, marked },
  now: Date.now(),
})

interface Done {
  /** The session after a step, or undefined if there is none any more. */
  readonly session?: Session | undefined
  readonly left?: Left
}

async function act(session: Session, work: RunWork, next: Next): Promise<Done> {
  switch (next.do) {
    case 'read':
      return { session: await readTurn(session, work, next.turn) }
    case 'run': {
      const [index = 0] = next.commands
      return { session: await runCommand(session, work, { index, giveUp: next.giveUp }) }
    }
    case 'abandon':
    case 'notify':
      return {
        session: await abandonAndNotify(session, work, 'turn' in next ? next.turn : undefined),
      }
    case 'close':
      return closeRun(session, work)
    case 'ask':
    case 'await':
      return leave(session, work)
    case 'superseded':
      return isLeftClosed(session, work.run) ? finishClosed(session, work) : { left: next }
    default:
      return next satisfies never
  }
}

/** Whether an earlier attempt has closed the run and died before it paused the sandbox. A stop does that by itself. */
const isLeftClosed = ({ run, conductor, stopped }: Session, r: number) =>
  run.id === r && !run.open && stopped < r && conductor.awakeSince !== undefined

/** Writes what the decision changes: the end of a turn, and what the item need not hold any more. */
async function leave(session: Session, work: RunWork): Promise<Done> {
  const left = await changeSession(session, (current) =>
    takeMessages(current, work.run, contextOf(work)),
  )
  if (!left) return {}
  const { item, output } = left
  if (output.do !== 'ask' && output.do !== 'await') return { session: item }
  await postForBudgets(item)
  return { left: output }
}
