/** Slash commands: requests to Baton itself, on any channel. The conductor never sees them. */
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

/**
 * Returns the slash command if the message is nothing else (`/stop`; case and surrounding spaces do not matter), or
 * undefined.
 */
export function parseSlashCommand(text: string): SlashCommand | undefined {
  const name = PATTERN.exec(text.trim())?.groups?.name
  return slashCommand.safeParse(name?.toLowerCase()).data
}

export const HELP = `Write what you want, in your own words. These commands go to Baton itself:
/status  shows what is running and what it has cost
/stop  stops everything that is running; the history stays
/continue  continues after a budget was used up, and adds the same amount again
/kill-workers  ends all workers; the conductor keeps running
/new-session  stops everything and starts a new conversation
/help  shows this list`
