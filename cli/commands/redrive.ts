/** `baton redrive`: puts back what was given up, once its cause is mended. */
import { Command } from '@commander-js/extra-typings'
import { plural } from '../../src/core/plural.ts'
import { DELIVERY_ATTEMPTS } from '../../src/core/undelivered.ts'
import { clientFor } from '../api.ts'
import { EXIT } from '../exit.ts'
import { jsonOption, sessionIn, stackOption, urlOption, usage } from '../options.ts'
import { columns, note, print, printJson, printJsonLines } from '../print.ts'
import type { FailedList, ListedWork, Outcome } from '../redrive/failed-work.ts'
import { stackAccess } from '../stack-access.ts'

const HELP = `
Examples:
  $ baton redrive                 what failed, since when and why
  $ baton redrive --all           puts all of it back
  $ baton redrive main            puts back what the conversation main has
  $ baton redrive --json | jq -r 'select(.kind == "delivery").problem'

What is listed:
  delivery      an SMS or email that was given up after ${DELIVERY_ATTEMPTS} attempts, in about two days
  cancellation  work that a person asked to end, and that could not be ended
  run, leg      a failed execution that Baton has not taken over. It does that by itself,
                mostly within two minutes, so these are listed only if that fails, too

Nothing is done twice, however often this runs. A delivery that its provider has accepted is not
sent again. If the last attempt broke off, Twilio is asked whether it has the SMS; SendGrid
cannot be asked, so such an email is not sent, but marked "in doubt" in the history. A
cancellation ends nothing that began after it. An execution that Baton takes over meanwhile ends
without doing anything.

Messages of a conversation go back in their order, so they cannot be chosen one by one. SQS hands
out only the first ones of a conversation; the others are counted. They wait for 14 days.

Exit status:
  0  everything went back, or there was nothing
  1  something stays, and this says why
  2  the command line is wrong`

export const redrive = () =>
  new Command('redrive')
    .summary('list work that was given up, and put it back')
    .description(
      'Without arguments, lists what failed for good and changes nothing. Fix the cause first, then put it back: deliveries and cancellations of the dead-letter queue, and executions that nothing drives. Of a deployment it uses SQS and Step Functions, so AWS credentials are needed.',
    )
    .argument('[session]', 'put back what this conversation has', sessionIn)
    .option('--all', 'put back everything')
    .addOption(jsonOption())
    .addOption(stackOption())
    .addOption(urlOption())
    .addHelpText('after', HELP)
    .action(async (sessionId, { all = false, json = false, stack, url }) => {
      if (sessionId !== undefined && all)
        throw usage('Give a conversation or --all, not both.', 'baton redrive lists what failed.')
      const client = clientFor(url)
      const access = await stackAccess(client.target, stack)
      // Its clients of AWS take longer to load than most commands run.
      const { listFailedWork, putBack } = await import('../redrive/failed-work.ts')
      if (sessionId === undefined && !all) return show(await listFailedWork(access, client), json)
      const outcomes: Outcome[] = []
      for await (const outcome of putBack(access, client, sessionId)) {
        outcomes.push(outcome)
        if (json) printJson(outcome)
        else print(outcomeLine(outcome))
      }
      summarise(outcomes, sessionId)
    })

function show({ work, others }: FailedList, json: boolean): void {
  if (json) printJsonLines(work)
  else if (work.length > 0) print(columns([HEADINGS, ...work.map(row)]))
  else if (others === 0) print('Nothing waits to be put back.')
  if (others > 0)
    note(
      `About ${plural(others, 'more message')} wait behind these, or were received by somebody else a moment ago.`,
    )
  if (work.length > 0) note('Fix the cause, then: baton redrive --all, or baton redrive <session>')
}

const HEADINGS = ['WHAT', 'SESSION', 'SINCE', 'ABOUT']

const LONGEST = 300

function row({ kind, sessionId, since, what, attempts, problem }: ListedWork) {
  const tried = attempts === null ? '' : `, tried ${plural(attempts, 'time')}`
  const about = `${what}${tried}: ${problem}`
  const short = about.length > LONGEST ? `${about.slice(0, LONGEST)}…` : about
  return [kind, sessionId, `${since.slice(0, 16)}Z`, short]
}

function outcomeLine({ kind, sessionId, what, outcome, problem }: Outcome): string {
  const about = `${kind} of ${sessionId}: ${what}`
  return outcome === 'put back' ? `Put back: ${about}` : `Stays:    ${about}; ${problem}`
}

function summarise(outcomes: readonly Outcome[], sessionId: string | undefined): void {
  const stay = outcomes.filter(({ outcome }) => outcome === 'stays').length
  if (stay > 0) process.exitCode = EXIT.failed
  if (outcomes.length === 0)
    note(`${sessionId === undefined ? 'Nothing' : `Nothing of ${sessionId}`} waits to be put back.`)
  else if (stay > 0) note(`${stay} of ${outcomes.length} stay. Fix what is named, and try again.`)
  else note('All of it is tried again now. The history says what becomes of each delivery.')
}
