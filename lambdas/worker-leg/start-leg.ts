/** StartLeg: gets the worker's sandbox and a new job number and starts the runner. The callback completes the task. */
import * as z from 'zod'
import { endSandbox, runningSandbox } from '../../src/adapters/sandboxes.ts'
import { changeWorker, readWorker } from '../../src/adapters/workers.ts'
import { StateChanged } from '../../src/core/errors.ts'
import { claimLeg } from '../../src/core/leg.ts'
import { LEG_MARGIN_SECONDS } from '../../src/core/limits.ts'
import { currentLeg } from '../../src/core/worker.ts'
import { task } from '../../src/triggers/task.ts'
import { legInput, withToken } from '../../src/triggers/task-input.ts'
import { runnerEnvironment } from '../../src/use-cases/runner-environment.ts'

const input = z.object({ ...legInput.shape, ...withToken })

export const startLegTask = task(input, async ({ sessionId, workerId, leg, taskToken, retry }) => {
  const worker = await readWorker(sessionId, workerId)
  if (!worker?.live || currentLeg(worker).n !== leg) throw new StateChanged('the leg is over')
  const { seconds } = currentLeg(worker)
  const sandbox = await runningSandbox({
    sandboxId: worker.sandboxId,
    metadata: { session: sessionId, worker: workerId },
    seconds: seconds + LEG_MARGIN_SECONDS,
    onTimeout: 'kill',
    mayExist: retry > 0,
  })
  const claimed = await changeWorker({ sessionId, workerId }, (current) =>
    claimLeg(current, leg, { token: taskToken, sandboxId: sandbox.sandboxId, now: Date.now() }),
  )
  const job = claimed?.output
  if (job === undefined) {
    // The leg ended while its sandbox was being created, so no item knows the sandbox.
    if (sandbox.created && (!claimed?.item.live || claimed.item.sandboxId !== sandbox.sandboxId))
      await endSandbox(sandbox.sandboxId)
    throw new StateChanged('the leg is over')
  }
  await sandbox.launch(
    await runnerEnvironment({ session: sessionId, worker: workerId, leg, job }, seconds),
  )
})
