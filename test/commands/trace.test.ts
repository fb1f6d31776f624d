/** `baton trace`: everything of one run, from the Baton of this machine and from a deployment, without secrets. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeToken } from '../../src/core/bearer-token.ts'
import { block, receipts, type TestBaton, testBaton } from '../support/baton.ts'
import { runCli } from '../support/cli.ts'
import { secretsOf } from '../support/secrets.ts'
import { startProvider } from '../unit/channels/provider.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'baton-trace-'))
const stateDir = path.join(folder, 'state')

/** A token that the command does not know. */
const NAMED = makeToken()

const aws = await startProvider()
let baton: TestBaton
let secrets: readonly string[]
beforeAll(async () => {
  baton = await testBaton({
    stateDir,
    token: 'canary-operator-token',
    log: (line) =>
      appendFileSync(path.join(folder, 'log.txt'), `${new Date().toISOString()} ${line}\n`),
  })
  secrets = [...(await secretsOf(baton.aws)).values()]
  await baton.send('main', block('echo made it'))
  await ended(1)
  // A person who does not know better.
  await baton.send('main', `Why does ${NAMED} not work?`)
  await ended(2)
})
afterAll(async () => {
  await baton.close()
  rmSync(folder, { recursive: true })
})

const ended = (runs: number) => baton.until('main', (all) => receipts(all).length === runs)

const run = (words: readonly string[], env: Record<string, string | undefined> = {}) =>
  runCli(words, {
    cwd: folder,
    env: { HOME: folder, BATON_TOKEN: baton.token, BATON_URL: baton.url, ...env },
  })

type Line = { readonly kind: string } & Record<string, unknown>
const parsed = (text: string): Line[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

function expectNoSecret(text: string): void {
  for (const secret of [...secrets, NAMED]) expect(text).not.toContain(secret)
}

const countOf = (lines: readonly Line[], kind: string) =>
  lines.filter((line) => line.kind === kind).length

test('of this machine: history, workers, states and logs of one run, in a file for its owner alone', async () => {
  const traced = await run(['trace', 'main', 'r1'], { BATON_STATE: stateDir })
  expect([traced.status, traced.out]).toEqual([0, 'baton-trace-main-r1.jsonl\n'])
  const file = path.join(folder, 'baton-trace-main-r1.jsonl')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const text = readFileSync(file, 'utf8')
  const lines = parsed(text)
  expect(lines[0]).toMatchObject({ kind: 'trace', run: 1, versions: { baton: expect.any(String) } })
  expect(countOf(lines, 'worker')).toBe(1)
  expect(JSON.stringify(lines.filter(({ kind }) => kind === 'entry'))).toContain('made it')
  const executions = new Set(lines.flatMap(({ execution }) => execution ?? []))
  expect([...executions]).toEqual(['main.r1', 'main.w1.1'])
  const logs = lines.flatMap(
    ({ line }) => (line as { service?: string } | undefined)?.service ?? [],
  )
  expect(new Set(logs)).toContain('model-gateway')
  // The second run is not part of it.
  expect(text).not.toContain('Why does')
  expectNoSecret(text)
})

test('what people wrote stays, but no secret in it', async () => {
  const { out } = await run(['trace', 'main', '--file', '-'], { BATON_STATE: stateDir })
  expect(out).toContain('Why does [removed] not work?')
  expect(countOf(parsed(out), 'worker')).toBe(0)
  expectNoSecret(out)
  const none = await run(['trace', 'main', '7', '--file', '-'], { BATON_STATE: stateDir })
  expect(none).toMatchObject({ status: 1, out: '', err: expect.stringContaining('no run 7') })
})

const resource = (type: string, id: string) =>
  `<member><LogicalResourceId>R</LogicalResourceId><ResourceType>${type}</ResourceType><PhysicalResourceId>${id}</PhysicalResourceId><LastUpdatedTimestamp>2026-11-30T00:00:00Z</LastUpdatedTimestamp><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>`
const MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:ReviewLoop'
const STACK = `<ListStackResourcesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><ListStackResourcesResult><StackResourceSummaries>${resource('AWS::StepFunctions::StateMachine', MACHINE)}${resource('AWS::Logs::LogGroup', 'ReadApiLogs')}</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`

test('of a deployment: executions and logs are read with the credentials of the operator', async () => {
  const asked: Record<string, unknown>[] = []
  aws.react = (response, { headers, body }) => {
    const operation =
      String(headers['x-amz-target'] ?? '')
        .split('.')
        .at(-1) ?? ''
    if (operation === '') return void response.end(STACK)
    const input = JSON.parse(body)
    asked.push({ operation, ...input })
    const line = JSON.stringify({ message: 'asked', sessionId: 'main', key: secrets[0] })
    const answers: Record<string, unknown> = {
      GetSecretValue: { SecretString: secrets[asked.length % secrets.length] },
      GetExecutionHistory: { events: [{ id: 1, timestamp: 1, type: 'ExecutionStarted' }] },
      FilterLogEvents: { events: [{ timestamp: 1, message: line }] },
    }
    response.end(JSON.stringify(answers[operation]))
  }
  const traced = await run(['trace', 'main', '1', '--file', '-'], {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  expect(traced).toMatchObject({ status: 0 })
  const lines = parsed(traced.out)
  expect(lines.filter(({ kind }) => kind === 'log')).toEqual([
    { kind: 'log', line: expect.objectContaining({ function: 'ReadApiLogs', message: 'asked' }) },
  ])
  expect(countOf(lines, 'execution-event')).toBe(2)
  expect(asked).toContainEqual(
    expect.objectContaining({
      operation: 'GetExecutionHistory',
      executionArn: `${MACHINE.replace(':stateMachine:', ':execution:')}:main.r1`,
    }),
  )
  expect(asked).toContainEqual(
    expect.objectContaining({ filterPattern: '{ $.sessionId = "main" }' }),
  )
  expect(traced.out).not.toContain(secrets[0])
})
