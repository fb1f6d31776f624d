/** What a person may order Baton to do by any channel; done before the conductor, who never sees it. */
import * as z from 'zod'

export const order = z.enum(['help', 'status', 'new-session', 'kill-workers', 'stop', 'continue'])
export type Order = z.infer<typeof order>

const ORDER = new RegExp(String.raw`^/(?<name>${order.options.join('|')})\s*$`, 'i')

/** The order that a message is, if it is nothing else: `/stop`, in any case, with spaces around. */
export function orderIn(text: string): Order | undefined {
  const name = ORDER.exec(text.trim())?.groups?.name
  return order.safeParse(name?.toLowerCase()).data
}

export const HELP = `Write what you want, in your own words. These are for Baton itself:
/status  what is under way, and what it has cost
/stop  ends what is under way; what was said is kept
/continue  goes on after a budget was used up, with as much again
/kill-workers  ends the workers; the conductor goes on
/new-session  ends everything and begins a new conversation
/help  this list`
