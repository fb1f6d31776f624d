/** Prints what happens in a session until nothing is left to do. */
import type { ShapeOf } from '../src/contract/api/index.ts'
import type { Client } from './api.ts'
import { EXIT, type RunOutcome } from './exit.ts'
import { type Entry, type FollowEvent, type FollowOptions, follow } from './follow.ts'
import { labelled, note, print, printJson } from './print.ts'

export interface WatchOptions extends Omit<FollowOptions, 'until'> {
  readonly minutes: number
  readonly json?: boolean
  /** Prints nothing but the reply. */
  readonly quiet?: boolean
}

/** Follows the session and prints it. Returns the exit status that says how it ended. */
export async function watchSession(
  client: Client,
  sessionId: string,
  { minutes, json = false, quiet = false, ...options }: WatchOptions,
): Promise<number> {
  const until = Date.now() + minutes * 60_000
  const show = json ? printJson : quiet ? showReply : showEvent
  for await (const event of follow(client, sessionId, { ...options, until })) {
    if (event.event !== 'end') show(event)
    else {
      const exitStatus = EXIT[event.outcome]
      if (json) printJson({ ...event, exitStatus })
      else if (event.outcome !== 'done') note(endText(event))
      return exitStatus
    }
  }
  return EXIT.failed
}

function showEvent(event: FollowEvent): void {
  if (event.event === 'activity') print(labelled(event.workerId, `· ${event.line}`))
  if (event.event === 'entry') for (const line of entryLines(event.entry)) print(line)
}

function showReply(event: FollowEvent): void {
  if (event.event !== 'entry') return
  const { role, text } = event.entry
  if (role === 'conductor' && text !== '') print(text)
}

/** Returns an entry as a person reads it: who spoke, what was said, and what the conductor did. */
export function entryLines(entry: Entry): readonly string[] {
  const { text, commands = [] } = entry
  return [
    ...(text === '' ? [] : [labelled(speakerOf(entry), text)]),
    ...commands.map((command) => labelled('', `→ ${commandText(command)}`)),
  ]
}

const speakerOf = ({ role, workerId, receipt, sender }: Entry): string =>
  receipt ? 'receipt' : (workerId ?? (role === 'user' ? (sender ?? 'you') : role))

const LONGEST = 200

/** Returns the command with the beginning of its fields. */
function commandText(command: ShapeOf<'Command'>): string {
  const { id, type, status, outcome, record: _, ...fields } = command
  const all = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : ''
  const text = `${id} ${type}${all}`
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  return ['done', 'pending'].includes(status) ? short : `${short}\n${status}: ${outcome ?? ''}`
}

const ENDS: Readonly<Record<RunOutcome, string>> = {
  done: '',
  unanswered: 'It ended without a reply.',
  waiting: 'It waits for a person (baton questions, baton answer):',
  paused: 'It is paused at a budget (baton continue goes on):',
  timeout: 'The time is over; the work goes on. baton watch follows it.',
}

const endText = ({ outcome, paused, questions }: Extract<FollowEvent, { event: 'end' }>): string =>
  [
    ENDS[outcome],
    ...(outcome === 'waiting' ? questions : []),
    ...(outcome === 'paused' && paused !== undefined ? [paused] : []),
  ].join(' ')
