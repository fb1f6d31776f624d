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

/** What a person may decide about the work of a paused session, besides going on with it. */
export const pausedDecision = z.enum(['accept', 'stop'])
export type PausedDecision = z.infer<typeof pausedDecision>

/** In a session that is not paused these are words for the conductor, which may have asked for them. */
const PAUSED_WORDS: Readonly<Record<PausedDecision | 'continue', RegExp>> = {
  continue: /^continue\s*[.!]?$/i,
  accept: /^accept as it is\s*[.!]?$/i,
  stop: /^stop\s*[.!]?$/i,
}

/** Returns whether the first line is the bare word that means this in a paused session. */
export const isPausedWord = (text: string, word: keyof typeof PAUSED_WORDS): boolean =>
  PAUSED_WORDS[word].test(firstLine(text))

const PATTERN = new RegExp(`^/(?<name>${slashCommand.options.join('|')})$`, 'i')

/** Returns the first line that is not empty, without surrounding blanks. */
export const firstLine = (text: string): string => /\S.*/.exec(text)?.[0].trim() ?? ''

/**
 * Returns the slash command if it is the whole first line of the message (`/stop`; case and surrounding spaces do not
 * matter), or undefined. Lines below do not count, because email programs add signatures and quotes there.
 */
export function parseSlashCommand(text: string): SlashCommand | undefined {
  const name = PATTERN.exec(firstLine(text))?.groups?.name
  return slashCommand.safeParse(name?.toLowerCase()).data
}

/** Returns whether there is text below the first line, which a slash command leaves unread. */
export const hasTextBelow = (text: string): boolean => firstLine(text) !== text.trim()

export const HELP = `Write what you want, in your own words. These commands go to Baton itself:
/status  shows what is running and what it has cost
/stop  stops everything that is running; the history stays
/continue  continues after a budget was used up, and adds the same amount again
/kill-workers  ends all workers; the conductor keeps running
/new-session  stops everything and starts a new conversation
/help  shows this list`
