/** Deletes a deployment, after it has been said what stays and what is lost. */
import { text } from '@clack/prompts'
import { identity, otherStacks, readSecret, stackCalled, told } from '../aws.ts'
import { CliError } from '../errors.ts'
import { givenSecret } from '../given-secrets.ts'
import { usage } from '../options.ts'
import { columns, isInteractive, note, print } from '../print.ts'
import { answered } from '../prompt.ts'
import { isGenerated } from '../secret-table.ts'
import { settingsFor } from '../stage.ts'
import { followStack, openEvents } from './progress.ts'
import { begin } from './reporter.ts'
import { type Contents, contentsOf, costOf, removeAll } from './retained.ts'
import { type AtE2b, findAtE2b, removeAtE2b } from './sandboxes.ts'

export interface DestroyOptions {
  readonly stage?: string
  readonly everything?: true
  /** The stack's name, instead of typing it. */
  readonly confirm?: string
}

export async function destroy({ stage, everything, confirm }: DestroyOptions): Promise<void> {
  const { settings, stack } = settingsFor(stage)
  const { account, region } = await identity()
  const found = await stackCalled(stack)
  if (found === undefined)
    throw new CliError(`${stack} is not deployed in account ${account}, ${region}.`, {
      cure: 'Choose another AWS_PROFILE or AWS_REGION, or name the stage with --stage.',
    })
  const contents = await contentsOf(stack)
  const atE2b =
    everything && (await e2bOf(stack, `${stack}/${account}/${region}`, settings.e2bTemplate))
  note(
    `Account ${account}, ${region}, stack ${stack}.\n${consequences(contents, everything === true)}`,
  )
  await agreed(stack, confirm)

  await deleteStack(stack, contents.count)
  if (!everything)
    return print(
      `${stack} is deleted. What stays is listed above; to remove it by hand, see docs/operate.md.`,
    )
  const reporter = begin('Removing what the stack has left …')
  await removeAll(contents, reporter)
  reporter.done('Removed what the stack has left.')
  if (!atE2b)
    note(
      'There was no E2B key, so look for sandboxes and the template yourself: https://e2b.dev/dashboard',
    )
  else note(await removeAtE2b(atE2b.key, atE2b.found, settings.e2bTemplate))
  print(`${stack} and all that it held are deleted.`)
}

/** Returns what the deployment has at E2B. Its key is lost with the stack. */
async function e2bOf(
  stack: string,
  deployment: string,
  template: string,
): Promise<{ key: string; found: AtE2b } | undefined> {
  const stored = await readSecret(`${stack}/e2b-api-key`)
  const key = stored !== undefined && !isGenerated(stored) ? stored : givenSecret('E2B_API_KEY')
  if (!key) return undefined
  const found = await findAtE2b(key, deployment, template)
  // One that has no sandbox now would find no template for its next one.
  const [other] = await otherStacks(stack)
  return { key, found: { ...found, sharedWith: found.sharedWith ?? other } }
}

function consequences({ retained, count }: Contents, everything: boolean): string {
  const lost = `Lost for good: ${count - retained.length} resources, with the keys and tokens in the secrets, messages on their way, logs and alarms. Open runs end.`
  const list = columns(retained.map((each) => ['', each.type, each.physicalId, costOf(each)]))
  if (retained.length === 0) return `${lost}\nNothing stays.`
  return everything
    ? `${lost}\nAlso deleted, with every conversation, file and backup, and the sandboxes at E2B:\n${list}`
    : `${lost}\nWhat was said stays, in these; a deployment that comes later does not use them:\n${list}\nSandboxes at E2B stay paused, which is free. With --everything all of this is removed.`
}

async function agreed(stack: string, given: string | undefined): Promise<void> {
  if (given === undefined && !isInteractive())
    throw usage('Without a terminal nobody can agree.', `Add --confirm ${stack}.`)
  const typed =
    given ?? answered(await text({ message: `Type ${stack} to delete it`, output: process.stderr }))
  if (typed === stack) return
  throw new CliError(`${JSON.stringify(typed)} is not ${stack}. Nothing was deleted.`)
}

async function deleteStack(stack: string, total: number): Promise<void> {
  const { CloudFormationClient, DeleteStackCommand, DescribeStacksCommand } = await import(
    '@aws-sdk/client-cloudformation'
  )
  const client = new CloudFormationClient({ maxAttempts: 4 })
  const { Stacks = [] } = await told(client.send(new DescribeStacksCommand({ StackName: stack })))
  // By its name nobody finds a deleted stack.
  const id = Stacks[0]?.StackId ?? stack
  const read = await openEvents(client, id)
  const reporter = begin('Deleting …')
  await told(client.send(new DeleteStackCommand({ StackName: id })))
  const { status, failures } = await followStack(read, total, reporter)
  reporter.done(`${stack} is ${status}.`)
  if (status === 'DELETE_COMPLETE') return
  const reasons = failures.map(({ resource, type, reason }) => `  ${resource} (${type}): ${reason}`)
  throw new CliError(`The stack could not be deleted (${status}):\n${reasons.join('\n')}`, {
    cure: 'Remove the cause, and run it again.',
  })
}
