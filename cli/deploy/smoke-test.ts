/** A real message through the whole loop: webhook, queue, conductor's sandbox, model, reply. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { messageIds } from '../../src/contract/api/common.ts'
import { clientOf } from '../api.ts'
import { readSecret } from '../aws.ts'
import { CliError, reasonOf } from '../errors.ts'
import type { RunOutcome } from '../exit.ts'
import { type Entry, follow, sessionOrNone } from '../follow.ts'
import { originOf, type Target } from '../target.ts'
import type { Reporter } from './reporter.ts'

export const SESSION = 'deploy-check'
const MESSAGE = 'A check of the deployment: reply with one short sentence, and start no worker.'

/** A new address takes some seconds until it is known everywhere. */
const REACHABLE_WITHIN_MS = 120_000
const LOOK_MS = 2_000

export interface SmokeTest {
  readonly outcome: RunOutcome
  /** What the conductor said. */
  readonly reply: string | undefined
  /** What Baton itself said, if something failed. */
  readonly notices: readonly string[]
  readonly target: Target
  readonly startedAt: number
}

/** Sends a message with the operator's token of the stack, and follows it to its end, at most for `minutes`. */
export async function smokeTest(
  stack: string,
  apiUrl: string,
  minutes: number,
  reporter: Reporter,
): Promise<SmokeTest> {
  const token = await readSecret(`${stack}/api-token`)
  if (token === undefined) throw new CliError(`There is no secret ${stack}/api-token.`)
  const target: Target = { url: originOf(apiUrl), token, isLocal: false }
  await reachable(target.url)
  const startedAt = Date.now()
  const client = clientOf(target)
  const { lastSeq: after = 0 } = (await sessionOrNone(client, SESSION)) ?? {}
  const { messageId } = messageIds.parse(
    await client.send('/api/webhooks/conductor/message', {
      body: { content: MESSAGE, sessionId: SESSION },
      idempotencyKey: randomUUID(),
    }),
  )
  reporter.step('Sent a message; waiting for the reply …')
  const heard: Entry[] = []
  let outcome: RunOutcome = 'timeout'
  const until = startedAt + minutes * 60_000
  for await (const event of follow(client, SESSION, { after, messageId, until })) {
    if (event.event === 'entry') heard.push(event.entry)
    if (event.event === 'end') outcome = event.outcome
  }
  const said = (role: Entry['role']) =>
    heard.filter((entry) => entry.role === role && !entry.receipt)
  return {
    outcome,
    reply: said('conductor').at(-1)?.text,
    notices: said('system').map(({ text }) => text),
    target,
    startedAt,
  }
}

async function reachable(url: string): Promise<void> {
  const deadline = Date.now() + REACHABLE_WITHIN_MS
  for (;;) {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(LOOK_MS * 5) }).catch(
      (error: unknown) => new CliError(`${url} cannot be reached: ${reasonOf(error)}`),
    )
    if (!(answer instanceof Error) && answer.ok) return
    if (Date.now() > deadline)
      throw answer instanceof Error ? answer : new CliError(`${url} answered ${answer.status}.`)
    await wait(LOOK_MS)
  }
}
