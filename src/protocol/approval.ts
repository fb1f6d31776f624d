/** Approvals in the session's item: what is shown, what a yes sends, and to whom it opens the way. */
import { recipientName } from '../core/approval.ts'
import {
  APPROVALS,
  type HeldDelivery,
  type Question,
  type QuestionBeside,
} from '../core/question.ts'
import type { PendingEntry, Session } from '../core/session.ts'

/** Returns the message that an answer sends: exactly the one that was held, and only for a person's own yes. */
export const approvedDelivery = (
  { kind, delivery }: Pick<Question, 'kind' | 'delivery'>,
  { how, choice }: Pick<QuestionBeside, 'how' | 'choice'>,
): HeldDelivery | undefined =>
  kind === 'approval' && how === 'choice' && choice === APPROVALS[0] ? delivery : undefined

/** Returns the message that the notices about a question show, for `notify`. */
export const shownBy = ({
  delivery,
}: Pick<Question, 'delivery'>): Pick<Extract<PendingEntry, { kind: 'notice' }>, 'shows'> =>
  delivery ? { shows: { seq: delivery.seq, commandId: delivery.commandId } } : {}

/** How many recipients a session remembers. Approval is asked again for any further one. */
const RECIPIENTS = 100

/** Returns the recipients that were approved in the session, with the one of this message as the latest. */
export function approvedRecipients(
  { approved = [] }: Pick<Session, 'approved'>,
  { to }: HeldDelivery,
): readonly string[] {
  const name = recipientName(to)
  return [...approved.filter((each) => each !== name), name].slice(-RECIPIENTS)
}
