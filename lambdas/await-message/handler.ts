/** AwaitMessage: leaves its task token in the session, for the next message to complete; nothing outstanding, or look again. */
import * as z from 'zod'
import { changeSession } from '../adapters/sessions.ts'
import { LookAgain } from '../core/errors.ts'
import { awaitMessage } from '../core/run/ends.ts'
import { runStep, withToken } from '../run/inputs.ts'
import { task } from '../run/task.ts'

const input = z.object({ ...runStep.shape, ...withToken, entered: z.iso.datetime() })

export const handler = task(input, async ({ sessionId, run, taskToken, retry, entered }) => {
  // Grows with each entry into the state and with each retry of one.
  const k = Date.parse(entered) * 100 + retry
  const waits = await changeSession(sessionId, (session) =>
    awaitMessage(session, run, { k, value: taskToken }),
  )
  if (!waits?.answer) throw new LookAgain('a message came in between, or the run was taken over')
})
