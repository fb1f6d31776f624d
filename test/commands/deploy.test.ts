/** `baton deploy`, `update` and `destroy` with the CDK's own command line, against all of Baton on this machine. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { synthesise } from '../../local/synth.ts'
import { type TestBaton, testBaton } from '../support/baton.ts'
import { runCli } from '../support/cli.ts'
import { operatorOf } from '../support/operator.ts'
import { openTerminal } from '../support/terminal.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'baton-deploy-'))
const settings = path.join(folder, 'baton.json')
const ROOT = path.resolve(import.meta.dirname, '../..')

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ deployed: null, pauses: 'reliable' })
})
afterAll(async () => {
  await baton.close()
  rmSync(folder, { recursive: true })
})

const environmentOf = (on: TestBaton) => operatorOf(on, folder, settings)

const printed: string[] = []

async function run(words: readonly string[], on: TestBaton = baton, chosen: object = {}) {
  writeFileSync(settings, JSON.stringify(chosen))
  const done = await runCli(words, { cwd: folder, env: environmentOf(on) })
  printed.push(done.out, done.err)
  return done
}

async function tablesOf({ aws }: TestBaton) {
  const { endpoint, region, credentials } = aws
  const client = new DynamoDBClient({ endpoint, region, credentials })
  return (await client.send(new ListTablesCommand({}))).TableNames
}

/** Returns the stack as CloudFormation describes it. */
async function stackOf({ aws }: TestBaton, StackName = 'Baton') {
  const { endpoint, region, credentials } = aws
  const client = new CloudFormationClient({ endpoint, region, credentials })
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }))
  return Stacks[0]
}

/** Begins another stage, which has no sandbox yet. */
async function beginStack({ aws }: TestBaton, StackName: string) {
  const { endpoint, region, credentials } = aws
  const client = new CloudFormationClient({ endpoint, region, credentials })
  const of = { StackName, ChangeSetName: 'first', ChangeSetType: 'CREATE' } as const
  const TemplateBody = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
  await client.send(new CreateChangeSetCommand({ ...of, TemplateBody }))
}

/** Returns the dashboard's page as it is in its bucket. */
async function pageOf({ aws }: TestBaton) {
  const { endpoint, region, credentials, outputs } = aws
  const client = new S3Client({ endpoint, region, credentials })
  const page = { Bucket: outputs.DashboardBucket, Key: 'index.html' }
  return (await client.send(new GetObjectCommand(page))).Body?.transformToString()
}

test('without a terminal nothing happens until --yes agrees, and update needs a stack', async () => {
  expect(await run(['deploy'])).toMatchObject({ status: 2, err: expect.stringContaining('--yes') })
  const update = await run(['update', '--yes'])
  expect(update).toMatchObject({ status: 1, err: expect.stringContaining('Run baton deploy') })
  const typo = await run(['deploy', '--yes'], baton, { histroyDays: 3 })
  expect(typo).toMatchObject({ status: 1, err: expect.stringContaining('historyDays') })
})

test('in a terminal: bootstraps, shows the difference, asks, deploys, and the loop answers', async () => {
  writeFileSync(settings, '{}')
  const person = openTerminal(['deploy'], { cwd: folder, env: environmentOf(baton) })
  await person.shows('stack CDKToolkit')
  await person.shows('Create them?')
  person.types('y')
  await person.shows('It creates 2')
  await person.shows('Deploy this?')
  person.types('y')
  await person.shows('Baton is CREATE_COMPLETE')
  await person.shows(`ApiUrl           ${baton.url}`)
  await person.shows('files of the dashboard, deleted 0.')
  await person.shows('It answers: I am a scripted model')
  expect(await person.ended).toBe(0)
  expect(await stackOf(baton)).toMatchObject({ StackStatus: 'CREATE_COMPLETE' })
  expect(await pageOf(baton)).toBe(
    readFileSync(path.join(ROOT, 'dist/dashboard/index.html'), 'utf8'),
  )
})

test('again: nothing is different, and the outputs alone are on standard output', async () => {
  const again = await run(['deploy', '--yes', '--no-test'])
  expect(again).toMatchObject({ status: 0, err: expect.stringContaining('Nothing is different') })
  expect(again.err).toContain('The dashboard in the bucket is that of this checkout.')
  expect(again.out).toMatch(/^ApiUrl +http:\/\/127\.0\.0\.1:\d+\n(\w+ +\S+\n)+$/)
})

test('the template is of this code once it is built', async () => {
  const env = { ...environmentOf(baton), E2B_API_KEY: baton.e2b.env.E2B_API_KEY }
  const template = (...words: string[]) => runCli(['template', ...words], { cwd: folder, env })
  expect(await template('status')).toMatchObject({
    status: 1,
    out: expect.stringContaining('from other sources than these'),
  })
  expect(await template('build')).toMatchObject({
    status: 0,
    err: expect.stringContaining('Built "baton"'),
  })
  const status = await template('status', '--json')
  expect(status.events()).toEqual([
    expect.objectContaining({ name: 'baton', exists: true, days: 0, isCurrent: true }),
  ])
  writeFileSync(settings, '{"e2bTemplate":"another"}')
  expect(await template('status')).toMatchObject({
    status: 1,
    out: 'The account has no template "another". Run baton template build.\n',
  })
})

test('a resource that cannot be changed: its reason is said, and the previous version runs', async () => {
  const failed = await run(['deploy', '--yes'], baton, { receiptInReply: true })
  expect(failed).toMatchObject({ status: 1, out: '' })
  expect(failed.err).toMatch(/^change +AWS::Lambda::Function +ReviewLoop\w+ +.*Environment/m)
  expect(failed.err).toMatch(
    /^The deployment failed \(UPDATE_ROLLBACK_COMPLETE\):\n +\w+ \(AWS::Lambda::Function\): This machine runs another template/m,
  )
  expect(failed.err).toContain('the previous version runs')
  expect(failed.err).not.toContain('dashboard')
})

test.concurrent.each([
  'one',
  'two',
])('a dry run of another stage, beside another, shows its difference and leaves no stack: %s', async (stage) => {
  const shown = await run(['deploy', '--stage', stage, '--dry-run'])
  expect(shown).toMatchObject({ status: 0, out: '' })
  expect(shown.err).toMatch(
    /stack Baton-\w+[\s\S]*It creates \d+ resources[\s\S]*Nothing was changed/,
  )
  expect(shown.err).not.toContain('dashboard')
  await expect(stackOf(baton, `Baton-${stage}`)).rejects.toThrow('does not exist')
})

test('a message without a reply: the state and its cause are named, with the errors in the logs', async () => {
  // Its sandbox would answer without a new one.
  await baton.request('/api/sessions/deploy-check', { method: 'DELETE' })
  baton.e2b.faults.onCreate(500, 100)
  const failed = await run(['deploy', '--yes', '--minutes', '2'])
  expect([5, 6]).toContain(failed.status)
  expect(failed.err).toMatch(/Execution deploy-check\.r\d+: the state AskConductor failed with \w+/)
  expect(failed.err).toContain('injected fault: 500')
  expect(failed.err).toMatch(/^Log of ReviewLoop\w+: /m)
})

test('an update is watched by five alarms, and --everything leaves nothing', async () => {
  const assembly = await synthesise(ROOT)
  const template = JSON.parse(readFileSync(path.join(assembly, 'Baton.template.json'), 'utf8'))
  const [filter = ''] = Object.keys(template.Resources).filter(
    (id) => template.Resources[id].Type === 'AWS::Logs::MetricFilter',
  )
  delete template.Resources[filter]
  const older = await testBaton({ deployed: JSON.stringify(template), pauses: 'reliable' })
  try {
    const updated = await run(['update', '--yes'], older)
    expect(updated).toMatchObject({ status: 0, err: expect.stringContaining('It answers') })
    expect(updated.err).toMatch(/^add +AWS::Logs::MetricFilter/m)
    const { RollbackConfiguration } = (await stackOf(older)) ?? {}
    expect(RollbackConfiguration).toMatchObject({ MonitoringTimeInMinutes: 5 })
    expect(RollbackConfiguration?.RollbackTriggers?.map(({ Arn }) => Arn)).toContainEqual(
      expect.stringMatching(/^arn:aws:cloudwatch:us-east-1:000000000000:alarm:.*MessagesLate/),
    )
    expect(RollbackConfiguration?.RollbackTriggers).toHaveLength(5)

    expect(older.e2b.counters().created).toBe(1)
    await beginStack(older, 'Baton-other')
    const gone = await run(['destroy', '--everything', '--confirm', 'Baton'], older)
    expect(gone).toMatchObject({ status: 0, out: 'Baton and all that it held are deleted.\n' })
    expect(gone.err).toContain(
      'Ended 1 sandboxes at E2B. The template "baton" stays, because Baton-other may',
    )
    expect(await tablesOf(older)).toEqual([])
    expect((await run(['destroy'], older)).err).toContain('Baton is not deployed')
  } finally {
    await older.close()
  }
})

test('destroy says what stays and what is lost, and deletes nothing before the name is typed', async () => {
  const unasked = await run(['destroy'])
  expect(unasked).toMatchObject({ status: 2, err: expect.stringContaining('--confirm Baton') })
  expect(unasked.err).toMatch(/Lost for good: \d+ resources, with the keys/)
  expect(unasked.err).toMatch(/AWS::DynamoDB::GlobalTable +Baton-StorageSessions\w+ +\$0\.45 a GB/)
  const wrong = await run(['destroy', '--confirm', 'baton'])
  expect(wrong).toMatchObject({ status: 1, err: expect.stringContaining('Nothing was deleted.') })
  expect(await stackOf(baton)).toMatchObject({ StackStatus: expect.stringMatching(/COMPLETE$/) })
})

test('destroy in a terminal keeps what was said', async () => {
  const person = openTerminal(['destroy'], { cwd: folder, env: environmentOf(baton) })
  await person.shows('Type Baton to delete it')
  person.types('Baton\r')
  await person.shows('Baton is DELETE_COMPLETE')
  expect(await person.ended).toBe(0)
  await expect(stackOf(baton)).rejects.toThrow('does not exist')
  expect(await tablesOf(baton)).toHaveLength(5)
})

test('no command has printed a key or a token', () => {
  const all = printed.join('\n')
  for (const secret of [baton.token, baton.e2b.env.E2B_API_KEY]) expect(all).not.toContain(secret)
})
