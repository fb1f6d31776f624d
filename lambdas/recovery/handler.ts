/** Recovers from failures: runs and legs that ended badly, messages that could not be appended, leaked sandboxes. */
import { queuedMessage } from '../../src/adapters/queues.ts'
import { byTrigger } from '../../src/triggers/by-trigger.ts'
import { fifo } from '../../src/triggers/fifo.ts'
import { tasks } from '../../src/triggers/task.ts'
import { appendDeadLetter } from './append-dead-letter.ts'
import { recoverRunTask } from './recover-run.ts'
import { sweepTask } from './sweep.ts'

const scheduledOrRule = tasks({ RecoverRun: recoverRunTask, Sweep: sweepTask })

export const handler = byTrigger({
  // EventBridge's events name no task.
  tasks: (event, context) =>
    scheduledOrRule(
      typeof event === 'object' && event !== null && 'detail' in event
        ? { ...event, task: 'RecoverRun' }
        : event,
      context,
    ),
  queue: fifo(queuedMessage, appendDeadLetter),
})
