/** StartLeg: gets the worker's sandbox and a new job number and starts the runner. The callback completes the task. */
import * as z from 'zod'
import { runningSandbox } from '../../src/adapters/sandboxes.ts'
import { changeWorker, readWorker } from '../../src/adapters/workers.ts'
import { StateChanged } from '../../src/core/errors.ts'
import { claimLeg, countSandboxFailure } from '../../src/core/leg.ts'
import { failsTooOften, LEG_MARGIN_SECONDS } from '../../src/core/limits.ts'
import { verifierId } from '../../src/core/verification.ts'
import { currentLeg } from '../../src/core/worker.ts'
import { task } from '../../src/triggers/task.ts'
import { legInput, withToken } from '../../src/triggers/task-input.ts'
import { endUnclaimed } from '../../src/use-cases/end-unclaimed.ts'
import { countingFailures, endReplaced } from '../../src/use-cases/replace-sandbox.ts'
import { runnerEnvironment } from '../../src/use-cases/runner-environment.ts'
import { sandboxNetwork } from '../../src/use-cases/sandbox-network.ts'

const input = z.object({ ...legInput.shape, ...withToken })

export const startLegTask = task(input, startCounting)

/** StartVerifier: the same for the verifier of the leg, which has a sandbox and one leg of its own. */
export const startVerifierTask = task(input, ({ workerId, leg, ...asked }) =>
  startCounting({ ...asked, workerId: verifierId(workerId, leg), leg: 1 }),
)

function startCounting({ sessionId, workerId, ...asked }: z.infer<typeof input>): Promise<void> {
  return countingFailures(
    () => start({ sessionId, workerId, ...asked }),
    (sandboxId) =>
      changeWorker({ sessionId, workerId }, (worker) => countSandboxFailure(worker, sandboxId)),
  )
}

async function start({ sessionId, workerId, leg, taskToken, retry }: z.infer<typeof input>) {
  const worker = await readWorker(sessionId, workerId)
  if (!worker?.live || currentLeg(worker).n !== leg) throw new StateChanged('the leg is over')
  const { seconds } = currentLeg(worker)
  const sandbox = await runningSandbox({
    sandboxId: worker.sandboxId,
    replace: failsTooOften(worker),
    metadata: { session: sessionId, worker: workerId },
    seconds: seconds + LEG_MARGIN_SECONDS,
    network: sandboxNetwork('WORKER_EGRESS'),
    mayExist: retry > 0,
  })
  const claimed = await changeWorker(worker, (current) =>
    claimLeg(current, leg, { token: taskToken, sandboxId: sandbox.sandboxId, now: Date.now() }),
  )
  const job = claimed?.output
  if (job === undefined) {
    // The leg ended while its sandbox was being created, so no item knows the sandbox.
    if (sandbox.created && (!claimed?.item.live || claimed.item.sandboxId !== sandbox.sandboxId))
      await endUnclaimed(sandbox.sandboxId)
    throw new StateChanged('the leg is over')
  }
  await sandbox.launch(
    await runnerEnvironment({ session: sessionId, worker: workerId, leg, job }, seconds),
  )
  await endReplaced(worker.sandboxId, sandbox.sandboxId)
}
