/** What each command does. Every effect is named after its command, so that doing it again changes nothing. */
import type { RecordedOutcome } from '../adapters/history.ts'
import type { ReturnAddress } from '../channels/delivery.ts'
import type { ExceededBudget } from '../core/budget.ts'
import type { Session } from '../core/session.ts'
import type { CommandResult } from '../protocol/turn.ts'
import type { Command, Malformed } from './command.ts'
import { deliverFile, sendEmail, sendSms } from './send-commands.ts'
import { killWorkers, listWorkers, messageWorker, startWorker } from './worker-commands.ts'

/** Where a command stands. */
export interface CommandContext {
  readonly sessionId: string
  readonly run: number
  /** The session as it was read for this command. */
  readonly session: Session
  readonly commandId: string
  /** The turn's entry in the history. */
  readonly entry: number
  /** Everybody whom the turn answers. */
  readonly replyTo: readonly ReturnAddress[]
  /** The id of the worker that a SPAWN_WORKER brings. */
  readonly spawned: string | undefined
}

/** What became of it: for the history, for the conductor (`notice`), and for the session item. */
export interface CommandOutcome extends RecordedOutcome {
  readonly notice?: string
  readonly started?: NonNullable<CommandResult['started']>
  readonly ended?: NonNullable<CommandResult['ended']>
  readonly over?: ExceededBudget
}

export async function executeCommand(
  command: Command | Malformed,
  context: CommandContext,
): Promise<CommandOutcome> {
  switch (command.type) {
    case 'SPAWN_WORKER':
      return startWorker(command, context)
    case 'MESSAGE_WORKER':
      return messageWorker(command, context)
    case 'KILL_WORKER':
      return killWorkers(command, context)
    case 'LIST_WORKERS':
      return listWorkers(context)
    case 'SEND_EMAIL':
      return sendEmail(command, context)
    case 'SEND_SMS':
      return sendSms(command, context)
    case 'DELIVER_FILE':
      return deliverFile(command, context)
    case 'MALFORMED':
      return refused(`This is not a command: ${command.asked}\n${command.problem}`)
    default:
      return command satisfies never
  }
}

/** The conductor hears why. */
export const refused = (reason: string): CommandOutcome => ({
  status: 'refused',
  outcome: reason.slice(0, 500),
  notice: reason,
})
