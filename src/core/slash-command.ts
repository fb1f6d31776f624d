/** Slash commands: what a person may tell Baton itself to do, on any channel. The conductor never sees them. */
import * as z from 'zod'

export const slashCommand = z.enum([
  'help',
  'status',
  'new-session',
  'kill-workers',
  'stop',
  'continue',
])
export type SlashCommand = z.infer<typeof slashCommand>

const PATTERN = new RegExp(String.raw`^/(?<name>${slashCommand.options.join('|')})\s*$`, 'i')

/** Returns the slash command that a message consists of (`/stop`, in any case, with spaces around), or undefined. */
export function parseSlashCommand(text: string): SlashCommand | undefined {
  const name = PATTERN.exec(text.trim())?.groups?.name
  return slashCommand.safeParse(name?.toLowerCase()).data
}

export const HELP = `Write what you want, in your own words. These are for Baton itself:
/status  what is under way, and what it has cost
/stop  ends what is under way; what was said is kept
/continue  goes on after a budget was used up, with as much again
/kill-workers  ends the workers; the conductor goes on
/new-session  ends everything and begins a new conversation
/help  this list`
