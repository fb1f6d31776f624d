/** Implements the effects that commands may have, bound to one command. */
import { isAllowed } from '../adapters/contacts.ts'
import { env } from '../adapters/environment.ts'
import { enqueueDelivery } from '../adapters/queues.ts'
import { readWorker, sessionWorkers } from '../adapters/workers.ts'
import type { DeliveredFile } from '../channels/delivery.ts'
import { outboundChannel, type ReturnAddress } from '../channels/index.ts'
import { type CommandContext, type CommandOutcome, refused } from '../commands/define.ts'
import { endWorker } from './end-worker.ts'
import { type AssigningCommand, instructWorker, startWorker } from './worker-legs.ts'

/** A command of an accepted turn. */
export interface AcceptedCommand extends AssigningCommand {
  /** The number of the turn's entry in the history. */
  readonly entry: number
  /** The id of the worker that the command creates, if its row has `spawns`. */
  readonly spawned: string | undefined
}

export function commandContext(command: AcceptedCommand): CommandContext {
  const { sessionId } = command.session
  return {
    startWorker: (task, criteria) => {
      if (command.spawned === undefined)
        throw new Error(`${command.commandId} creates a worker, but its row lacks spawns`)
      return startWorker(command, command.spawned, { task, criteria })
    },
    instructWorker: (workerId, instructions) => instructWorker(command, workerId, instructions),
    workers: () => sessionWorkers(sessionId),
    worker: (workerId) => readWorker(sessionId, workerId),
    endWorker: async (worker, reason) => {
      await endWorker(worker, reason)
    },
    send: (to, files) => sendTo(command, to, files),
  }
}

/** Puts a delivery on the outbox. Only people on the allow list get it, even if the conductor was manipulated. */
async function sendTo(
  { session, entry, commandId }: AcceptedCommand,
  to: ReturnAddress,
  files?: readonly DeliveredFile[],
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
  await enqueueDelivery({
    sessionId: session.sessionId,
    seq: entry,
    name: commandId,
    to,
    ...(files && { files: [...files] }),
  })
  return { status: 'done', outcome: `on its way to ${to.address}` }
}
