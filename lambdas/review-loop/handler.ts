/** All states of ReviewLoop in one function, so that a message to an idle deployment waits for a single cold start. */
import { tasks } from '../../src/triggers/task.ts'
import { askConductorTask } from './ask-conductor.ts'
import { awaitMessageTask, backOffTask } from './await-message.ts'
import { continueRunTask } from './continue-run.ts'
import { failRunTask } from './fail-run.ts'
import { reportFailureTask } from './notify-senders.ts'
import { previousTasks } from './previous-tasks.ts'
import { renewSandboxTask } from './renew-sandbox.ts'

/** By the states' names in the console. */
export const handler = tasks({
  ...previousTasks,
  AskConductor: askConductorTask,
  RenewSandbox: renewSandboxTask,
  ContinueRun: continueRunTask,
  AwaitMessage: awaitMessageTask,
  Failed: failRunTask,
  ReportFailure: reportFailureTask,
  BackOff: backOffTask,
})
