/** AwaitMessage: leaves its task token in the session, for the next message to complete; nothing outstanding, or look again. */
import * as z from 'zod'
import { changeSession } from '../../src/adapters/sessions.ts'
import { StateChanged } from '../../src/core/errors.ts'
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
  if (!waits?.output) throw new StateChanged('a message came in between, or the run was taken over')
})

/** A state is retried fewer than ten times before it fails. */
const RETRIES = 10

/**
 * Grows with each entry into the state, with each redrive of the execution, which may keep the time of entry and counts
 * retries anew, and with each retry.
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
