/** Deploys: each step says what it does, and the first that fails ends it. */
import type { Change, CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { confirm } from '@clack/prompts'
import { identity, stackCalled, told } from '../aws.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit.ts'
import { usage } from '../options.ts'
import { columns, isInteractive, note, print } from '../print.ts'
import { answered } from '../prompt.ts'
import { templateCalled } from '../providers/e2b.ts'
import { resourcesOf } from '../stack-resources.ts'
import { settingsFor } from '../stage.ts'
import { alarmArns, MONITORING_MINUTES } from './alarms.ts'
import { runCdk } from './cdk.ts'
import { type ChangeSetId, changesOf, discard } from './change-set.ts'
import { uploadDashboard } from './dashboard-files.ts'
import { diagnose } from './diagnosis.ts'
import { differenceLines, endangered } from './difference.ts'
import { gatherKeys, type Key, storeKeys } from './keys.ts'
import { type Ending, followStack, openEvents } from './progress.ts'
import { begin } from './reporter.ts'
import { smokeTest } from './smoke-test.ts'
import { buildTemplateAt } from './template.ts'

export interface DeployOptions {
  readonly stage?: string
  readonly yes?: true
  readonly allowDataLoss?: true
  readonly dryRun?: true
  readonly keys: boolean
  readonly test: boolean
  readonly alarms: boolean
  readonly minutes: number
  /** Whether to refuse if there is no stack to update. */
  readonly mustExist: boolean
}

type Deployed = Awaited<ReturnType<typeof stackCalled>>

/** Returns the exit status. Throws a CliError if a step fails. */
export async function deploy(options: DeployOptions): Promise<number> {
  if (!options.yes && !options.dryRun && !isInteractive())
    throw usage('Without a terminal nobody can agree.', 'Add --yes, or --dry-run to see only.')
  const { settings, stack } = settingsFor(options.stage)
  const place = await identity()
  note(`Account ${place.account}, ${place.region}, stack ${stack}.`)
  const before = await deployed(stack, options.mustExist)
  const keys = options.keys && !options.dryRun ? await gatherKeys(stack, settings) : []
  await ensureTemplate(keys, settings.e2bTemplate, options)
  await bootstrapped(options, place)

  const alarms = options.alarms && before ? alarmArns(await resourcesOf(stack), place) : []
  const isChanged = await changeStack(stack, options, { alarms, isNew: before === undefined })
  if (options.dryRun) return EXIT.done
  if (!isChanged) return EXIT.failed
  await storeKeys(stack, keys)
  const { outputs = {} } = (await stackCalled(stack)) ?? {}
  print(columns(Object.entries(outputs)))
  if (outputs.DashboardBucket !== undefined) await uploadDashboard(outputs.DashboardBucket)
  if (!options.test || !options.keys) return EXIT.done
  return test(stack, outputs.ApiUrl ?? '', options.minutes)
}

interface Changing {
  /** ARNs of the alarms that roll it back. */
  readonly alarms: readonly string[]
  readonly isNew: boolean
}

/** Shows the difference, asks, and makes it. Returns whether the stack is as this checkout says. */
async function changeStack(
  stack: string,
  options: DeployOptions,
  { alarms, isNew }: Changing,
): Promise<boolean> {
  const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation')
  const client = new CloudFormationClient({ maxAttempts: 4 })
  const id = { StackName: stack, ChangeSetName: `baton-${Date.now()}` }
  const changes = await prepare(client, id, options, alarms)
  if (changes.length === 0) {
    await discard(client, id, isNew)
    note('Nothing is different from what is deployed.')
    return true
  }
  note(differenceLines(changes, isNew))
  const mayGoOn = !options.dryRun && (await agreed(changes, options))
  if (mayGoOn) await execute(client, id, changes.length, isNew)
  else {
    await discard(client, id, isNew)
    note('Nothing was changed.')
  }
  return mayGoOn
}

/** Returns the stack that can be updated, or undefined. Throws if it is at work, or must exist and does not. */
async function deployed(stack: string, mustExist: boolean): Promise<Deployed> {
  const found = await stackCalled(stack)
  if (found?.status.endsWith('IN_PROGRESS') && found.status !== 'REVIEW_IN_PROGRESS')
    throw new CliError(`${stack} is ${found.status}.`, { cure: 'Wait until that has ended.' })
  // The CDK deletes what a failed creation has left.
  const exists = found && !/^(REVIEW_IN_PROGRESS|ROLLBACK_COMPLETE)$/.test(found.status)
  if (exists) return found
  if (mustExist)
    throw new CliError(`${stack} is not deployed in this account and region.`, {
      cure: 'Run baton deploy, or choose another AWS_PROFILE or AWS_REGION.',
    })
  return undefined
}

/** Builds the template of sandboxes if the E2B account has none, because without one no sandbox could start. */
async function ensureTemplate(
  keys: readonly Key[],
  name: string,
  options: DeployOptions,
): Promise<void> {
  const key = keys.find(({ row }) => row.name === 'e2b-api-key')?.value
  if (key === undefined || (await templateCalled(key, name))) return
  note(`The E2B account has no template "${name}", so no sandbox could start.`)
  if (!options.yes && !(await yes('Build it? That takes some minutes.')))
    throw new CliError('Nothing was changed.', { cure: 'Run baton template build.' })
  await buildTemplateAt(key, name, false)
}

async function bootstrapped(
  options: DeployOptions,
  { account, region }: { account: string; region: string },
): Promise<void> {
  if (await stackCalled('CDKToolkit')) return
  note('The CDK needs a bucket and some roles in this account and region (stack CDKToolkit).')
  if (options.dryRun)
    throw new CliError('A difference needs them.', { cure: 'Run npx cdk bootstrap first.' })
  if (!options.yes && !(await yes('Create them?'))) throw new CliError('Nothing was changed.')
  const reporter = begin('Bootstrapping …')
  await runCdk(['bootstrap', `aws://${account}/${region}`], reporter.step)
  reporter.done('Bootstrapped.')
}

/** Synthesises, uploads and returns the changes that the change set would make. */
async function prepare(
  client: CloudFormationClient,
  { StackName, ChangeSetName }: ChangeSetId,
  { stage }: DeployOptions,
  alarms: readonly string[],
): Promise<readonly Change[]> {
  const reporter = begin('Synthesising, uploading and comparing …')
  // The CDK takes one alarm an option.
  const watched = alarms.flatMap((arn) => ['--rollback-trigger-alarm-arns', arn])
  await runCdk(
    [
      'deploy',
      ...['--method', 'prepare-change-set', '--change-set-name', ChangeSetName],
      ...['--require-approval', 'never'],
      ...(stage === undefined ? [] : ['-c', `stage=${stage}`]),
      ...(alarms.length > 0
        ? [...watched, '--monitoring-time-minutes', String(MONITORING_MINUTES)]
        : []),
    ],
    isInteractive() ? reporter.step : () => {},
  )
  const changes = await changesOf(client, { StackName, ChangeSetName })
  reporter.done(`${changes.length} resources differ.`)
  return changes
}

async function agreed(changes: readonly Change[], options: DeployOptions): Promise<boolean> {
  const lost = endangered(changes)
  if (lost.length > 0) {
    note(`What these hold would be lost or left behind: ${lost.join(', ')}`)
    if (options.yes && !options.allowDataLoss)
      throw new CliError('--yes does not agree to that.', {
        cure: 'Add --allow-data-loss if it is meant.',
      })
  }
  return options.yes === true || yes(lost.length > 0 ? 'Deploy, and lose it?' : 'Deploy this?')
}

const yes = async (message: string): Promise<boolean> =>
  answered(await confirm({ message, initialValue: false, output: process.stderr }))

async function execute(
  client: CloudFormationClient,
  id: ChangeSetId,
  total: number,
  isNew: boolean,
): Promise<void> {
  const { ExecuteChangeSetCommand } = await import('@aws-sdk/client-cloudformation')
  const read = await openEvents(client, id.StackName)
  const reporter = begin(isNew ? 'Creating …' : 'Updating …')
  await told(client.send(new ExecuteChangeSetCommand(id)))
  const ending = await followStack(read, total, reporter)
  reporter.done(`${id.StackName} is ${ending.status}.`)
  if (/^(CREATE|UPDATE)_COMPLETE$/.test(ending.status)) return
  throw failed(ending, isNew)
}

function failed({ failures, status }: Ending, isNew: boolean): CliError {
  const reasons = failures.map(({ resource, type, reason }) => `  ${resource} (${type}): ${reason}`)
  const state = isNew
    ? 'The stack was rolled back: nothing runs. Correct the cause and run baton deploy again, which first deletes what is left of it. baton destroy --everything also removes its empty tables and buckets.'
    : 'The stack was rolled back: the previous version runs, with all conversations. Correct the cause and run it again; if an alarm was on before, add --no-alarms.'
  return new CliError(`The deployment failed (${status}):\n${reasons.join('\n')}`, { cure: state })
}

/** Sends the message, and says what came of it. */
async function test(stack: string, apiUrl: string, minutes: number): Promise<number> {
  const reporter = begin('Testing the whole loop with a message …')
  const result = await smokeTest(stack, apiUrl, minutes, reporter)
  if (result.outcome === 'done') {
    reporter.done(`It answers: ${result.reply}`)
    return EXIT.done
  }
  reporter.done(`It is deployed, but the test message had no reply (${result.outcome}).`)
  for (const line of await diagnose(result, await resourcesOf(stack))) note(line)
  note('docs/operate.md says where else to look. baton doctor checks all that Baton depends on.')
  return EXIT[result.outcome]
}
