/** Sessions: in lists, and one with its runs, workers and usage. */
import * as z from 'zod'
import { SESSION_STATES } from '../../core/session-state.ts'
import { channel, count, next, time, usd } from './common.ts'
import { conductor } from './conductor.ts'
import { execution } from './execution.ts'
import { sessionId } from './ids.ts'
import { limit } from './limit.ts'
import { question } from './question.ts'
import type { Shape } from './shape.ts'
import { usage } from './usage.ts'
import { worker } from './worker.ts'

export const state = z
  .enum(SESSION_STATES)
  .describe(
    'recovering: the run was taken over after a failure. paused: a budget is used up; `POST …/continue` raises it. waiting: nothing runs until a person answers a question.',
  )
const paused = z.string().nullable().describe('Which budget is used up')
const waiting = count.describe('Messages that wait for an answer')
const held = count.describe('Messages that are held until the session continues')
const title = z
  .string()
  .nullable()
  .describe('The first words of its first message; null if that has expired')

export const listedSession = z.object({
  sessionId,
  title,
  channel,
  sender: z.string().exactOptional().describe('Who wrote first, if that was verified'),
  createdAt: time,
  lastActivity: time.describe('Rounded down to the minute'),
  state,
  paused,
  pausedAt: time.nullable().describe('When it paused; null unless `paused`'),
  waiting,
  held,
  activeWorkerCount: count,
  costUsd: usd.describe('What models had cost by its latest receipt'),
  run: z.object({ id: count, open: z.boolean() }),
})

export const sessionPage = z.object({ sessions: z.array(listedSession), next })

export const turn = z.object({
  turnId: z.string(),
  doing: z.enum(['asking', 'commands']),
  asked: count.describe('How often the conductor was asked'),
  commands: z
    .object({ count, done: count })
    .describe('The commands of the turn, once the conductor has answered'),
  trouble: z.string().nullable().describe('What went wrong last'),
})
export type TurnView = Shape<typeof turn>

export const run = execution.extend({ run: count, open: z.boolean() })

export const session = z
  .object({
    sessionId,
    title,
    channel,
    createdAt: time,
    lastActivity: time,
    state,
    paused,
    waiting,
    held,
    questions: z.array(question).describe('Questions that wait for an answer, oldest first'),
    turn: turn.nullable(),
    lastSeq: count.describe('The number of the last history entry'),
    conductor,
    runs: z.array(run).max(10).describe('The latest ten runs, newest first'),
    workers: z.array(worker).max(20).describe('The latest twenty workers, newest first'),
    usage,
    limits: z
      .object({ run: z.array(limit), session: z.array(limit) })
      .describe('The budgets of the session and of its latest run'),
  })
  .describe('A session with its runs, its latest workers and its usage')
export type SessionDetail = Shape<typeof session>

export const stopped = z.object({
  sessionId,
  run: count.describe('The number of the run that was stopped'),
  workers: z.array(z.string()).describe('The ids of the workers that were ended'),
})
