/** All states of ReviewLoop in one function, so that a message to an idle deployment waits for a single cold start. */
import { tasks } from '../../src/triggers/task.ts'
import { askConductorTask } from './ask-conductor.ts'
import { awaitMessageTask, backOffTask } from './await-message.ts'
import { closeRunTask } from './close-run.ts'
import { failRunTask } from './fail-run.ts'
import { notifySendersTask } from './notify-senders.ts'
import { readTurnTask } from './read-turn.ts'
import { renewSandboxTask } from './renew-sandbox.ts'
import { runCommandTask } from './run-command.ts'
import { takeMessagesTask } from './take-messages.ts'

/** By the states' names in the console. NotifySenders and ReportFailure both write a notice, from different input. */
export const handler = tasks({
  TakeMessages: takeMessagesTask,
  AskConductor: askConductorTask,
  RenewSandbox: renewSandboxTask,
  ReadTurn: readTurnTask,
  RunCommand: runCommandTask,
  AwaitMessage: awaitMessageTask,
  CloseRun: closeRunTask,
  NotifySenders: notifySendersTask,
  Failed: failRunTask,
  ReportFailure: notifySendersTask,
  BackOff: backOffTask,
})
