/** The states of ReviewLoop: one function for all of them, so that a message to an idle deployment waits for one cold start. */
import { tasks } from '../../src/triggers/task.ts'
import { askConductorTask } from './ask-conductor.ts'
import { awaitMessageTask } from './await-message.ts'
import { closeRunTask } from './close-run.ts'
import { failRunTask } from './fail-run.ts'
import { notifySendersTask } from './notify-senders.ts'
import { readTurnTask } from './read-turn.ts'
import { runCommandTask } from './run-command.ts'
import { takeMessagesTask } from './take-messages.ts'

/** By the names under which the console shows them; ReportFailure notifies of a failed run. */
export const handler = tasks({
  TakeMessages: takeMessagesTask,
  AskConductor: askConductorTask,
  ReadTurn: readTurnTask,
  RunCommand: runCommandTask,
  AwaitMessage: awaitMessageTask,
  CloseRun: closeRunTask,
  NotifySenders: notifySendersTask,
  Failed: failRunTask,
  ReportFailure: notifySendersTask,
})
