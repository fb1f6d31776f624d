/** AwaitMessage and BackOff: store their task token in the session, which the next message completes. */
import * as z from 'zod'
import { changeSession } from '../../src/adapters/sessions.ts'
import { StateChanged } from '../../src/core/errors.ts'
import { backOff } from '../../src/protocol/back-off.ts'
import { awaitMessage } from '../../src/protocol/lifecycle.ts'
import { task } from '../../src/triggers/task.ts'
import { runInput, withToken } from '../../src/triggers/task-input.ts'

const input = z.object({
  ...runInput.shape,
  ...withToken,
  entered: z.iso.datetime(),
  redrives: z.number().int(),
})

export const awaitMessageTask = task(input, async ({ sessionId, run, taskToken, ...attempt }) => {
  const waits = await changeSession(sessionId, (session) =>
    awaitMessage(session, run, { k: orderOf(attempt), value: taskToken }),
  )
  if (!waits?.output) throw new StateChanged('a message arrived, or the run was taken over')
})

/** The number of the history entry that reports the failure. */
const failed = z.object({ ...input.shape, seq: z.number().int() })

export const backOffTask = task(failed, async ({ sessionId, run, taskToken, seq, ...attempt }) => {
  const token = { k: orderOf(attempt), value: taskToken }
  const waits = await changeSession(sessionId, (session) => backOff(session, run, { seq, token }))
  if (!waits?.output) throw new StateChanged('a message arrived, or the run was taken over')
})

/** A state is retried fewer than ten times before it fails. */
const RETRIES = 10

/**
 * Grows with each entry into the state, each redrive and each retry. A redrive may keep the time of entry and restarts
 * the count of retries.
 */
const orderOf = ({
  entered,
  redrives,
  retry,
}: {
  entered: string
  redrives: number
  retry: number
}) => Date.parse(entered) * 1000 + Math.min(redrives * RETRIES + retry, 999)
