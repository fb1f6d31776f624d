/** All states of WorkerLeg. */
import { tasks } from '../../src/triggers/task.ts'
import { collectResultTask } from './collect-result.ts'
import { startLegTask } from './start-leg.ts'

export const handler = tasks({ StartLeg: startLegTask, CollectResult: collectResultTask })
