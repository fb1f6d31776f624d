/** All states of WorkerLeg. */
import { tasks } from '../../src/triggers/task.ts'
import { collectResultTask } from './collect-result.ts'
import { startLegTask, startVerifierTask } from './start-leg.ts'

export const handler = tasks({
  StartLeg: startLegTask,
  StartVerifier: startVerifierTask,
  CollectResult: collectResultTask,
})
