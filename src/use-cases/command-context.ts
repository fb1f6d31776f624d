/** Implements the effects that commands may have, bound to one command. */
import { isAllowed } from '../adapters/contacts.ts'
import { env } from '../adapters/environment.ts'
import { enqueueDelivery } from '../adapters/queues.ts'
import { readWorker, sessionWorkers } from '../adapters/workers.ts'
import type { DeliveredFile } from '../channels/delivery.ts'
import { contentHash } from '../channels/delivery-content.ts'
import { outboundChannel, type ReturnAddress } from '../channels/index.ts'
import { type CommandContext, type CommandOutcome, refused } from '../commands/define.ts'
import { approvalQuestion, needsApproval } from '../core/approval.ts'
import { printable } from '../core/printable.ts'
import { longestWait } from '../core/question.ts'
import { endOtherAttempts } from './end-other-attempts.ts'
import { endWorker, mayEnd } from './end-worker.ts'
import { reviewWorker } from './review-worker.ts'
import { startWorkers } from './start-workers.ts'
import { type AssigningCommand, instructWorker } from './worker-legs.ts'

/** A command of an accepted turn. */
export interface AcceptedCommand extends AssigningCommand {
  readonly turn: number
  /** The number of the turn's entry in the history. */
  readonly entry: number
  /** The ids of the workers that the command creates, if its row has `spawns`. */
  readonly spawned: readonly string[] | undefined
  /** What it sends to a person, if its row has `deliveredText`. */
  readonly text: string | undefined
}

export function commandContext(command: AcceptedCommand): CommandContext {
  const { sessionId } = command.session
  return {
    startWorkers: (task, criteria, verify) => {
      if (command.spawned === undefined)
        throw new Error(`${command.commandId} creates workers, but its row lacks spawns`)
      return startWorkers(command, command.spawned, {
        task,
        criteria,
        verify: verify ? { mode: verify } : { mode: env('VERIFY'), onlyWithArtifacts: true },
      })
    },
    instructWorker: (workerId, instructions, changes) =>
      instructWorker(command, workerId, instructions, { changes }),
    reviewWorker: (workerId, review) => reviewWorker(command, workerId, review),
    workers: () => sessionWorkers(sessionId),
    worker: (workerId) => readWorker(sessionId, workerId),
    workersToEnd: async () =>
      (await sessionWorkers(sessionId)).filter((worker) => mayEnd(worker, command.commandId)),
    endWorker: async (worker, reason) => {
      await endWorker(worker, { ...reason, by: command.commandId })
    },
    longestWait: longestWait(env('HISTORY_DAYS')),
    isOpen: (questionId) => (command.session.questions ?? []).some(({ id }) => id === questionId),
    endOtherAttempts: (accepted) => endOtherAttempts(accepted, command.commandId),
    send: (to, files) => sendTo(command, to, files),
  }
}

/**
 * Puts a delivery on the outbox, or asks for approval first. Only people on the allow list get it, even if the conductor
 * was manipulated.
 */
async function sendTo(
  { session, entry: seq, commandId, text = '', replyTo }: AcceptedCommand,
  to: ReturnAddress,
  files: readonly DeliveredFile[] = [],
): Promise<CommandOutcome> {
  const { label, ownAddress } = outboundChannel(to.channel)
  const own = env(ownAddress)
  if (own === undefined)
    return refused(`Nothing was sent: ${label} is not configured in this deployment.`)
  if (to.address === own) return refused("Nothing was sent: that is Baton's own address.")
  if (!(await isAllowed(to.address)))
    return refused(
      `Nothing was sent: ${to.address} is not on the list of allowed people. Only the operator can change that list.`,
    )
  const { sessionId, approved = [] } = session
  const delivery = { to, ...(files.length > 0 && { files: [...files] }) }
  if (needsApproval(env('APPROVALS'), { to, files, replyTo, approved })) {
    const sha256 = contentHash({ ...delivery, text: printable(text) })
    return {
      status: 'held',
      outcome: `waits for approval to be sent to ${to.address}`,
      ask: approvalQuestion({ commandId, seq, ...delivery, sha256 }),
    }
  }
  await enqueueDelivery({ sessionId, seq, name: commandId, ...delivery })
  return { status: 'done', outcome: `on its way to ${to.address}` }
}
