/** What each command does. Every effect is named after its command, so that doing it again changes nothing. */
import type { Outcome } from '../adapters/history.ts'
import type { ReturnAddress } from '../channels/delivery.ts'
import type { Over } from '../core/budget.ts'
import type { Session } from '../core/session.ts'
import type { Done } from '../protocol/turn.ts'
import type { Command, Malformed } from './command.ts'
import { deliverFile, sendEmail, sendSms } from './send-commands.ts'
import { killWorkers, listWorkers, messageWorker, startWorker } from './worker-commands.ts'

/** Where a command stands. */
export interface Order {
  readonly sessionId: string
  readonly run: number
  /** The session as it was read for this command. */
  readonly session: Session
  readonly commandId: string
  /** The turn's entry in the history. */
  readonly entry: number
  /** Everybody whom the turn answers. */
  readonly askers: readonly ReturnAddress[]
  /** The id of the worker that a SPAWN_WORKER brings. */
  readonly spawned: string | undefined
}

/** What became of it: for the history, for the conductor (`notice`), and for the session item. */
export interface Carried extends Outcome {
  readonly notice?: string
  readonly started?: NonNullable<Done['started']>
  readonly ended?: NonNullable<Done['ended']>
  readonly over?: Over
}

export async function carryOut(command: Command | Malformed, order: Order): Promise<Carried> {
  switch (command.type) {
    case 'SPAWN_WORKER':
      return startWorker(command, order)
    case 'MESSAGE_WORKER':
      return messageWorker(command, order)
    case 'KILL_WORKER':
      return killWorkers(command, order)
    case 'LIST_WORKERS':
      return listWorkers(order)
    case 'SEND_EMAIL':
      return sendEmail(command, order)
    case 'SEND_SMS':
      return sendSms(command, order)
    case 'DELIVER_FILE':
      return deliverFile(command, order)
    case 'MALFORMED':
      return refused(`This is not a command: ${command.asked}\n${command.problem}`)
    default:
      return command satisfies never
  }
}

/** The conductor hears why. */
export const refused = (reason: string): Carried => ({
  status: 'refused',
  outcome: reason.slice(0, 500),
  notice: reason,
})
