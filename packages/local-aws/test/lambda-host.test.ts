/** Functions run as in Lambda, and fail as in Lambda. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { bundleRuntime } from '../src/lambda-code.ts'
import { type LambdaHost, type LambdaHostOptions, lambdaHost } from '../src/lambda-host.ts'
import { propertySchemas } from '../src/resource-properties.ts'
import { scratch } from './fixture/stack.ts'

const code: Record<string, string> = {
  name: `exports.handler = async (event, context) => ({
    hello: event.name, function: context.functionName, arn: context.invokedFunctionArn,
    left: context.getRemainingTimeInMillis() > 0, home: process.env.HOME ?? null, cwd: process.cwd() === __dirname })`,
  named: `exports.handler = async () => { const e = new Error('no'); e.name = 'QuotaError'; throw e }`,
  unnamed: `class Mine extends Error {}; exports.handler = async () => { throw new Mine('no') }`,
  text: `exports.handler = async () => { throw 'no' }`,
  endless: `exports.handler = async () => { for (;;); }`,
  exit: `exports.handler = async () => process.exit(3)`,
  rejected: `exports.handler = () => { Promise.reject(new Error('lost')); return new Promise(() => {}) }`,
  uncaught: `exports.handler = () => { setTimeout(() => { throw new TypeError('late') }); return new Promise(() => {}) }`,
  callback: `exports.handler = (event, context, done) => done(null, 1)`,
  missing: `require('not-there'); exports.handler = async () => 1`,
  other: `exports.other = async () => 1`,
  broken: `exports.handler = async () => {`,
  large: `exports.handler = async () => 'x'.repeat(7 * 1024 * 1024)`,
  count: `const fs = require('node:fs'); let n = 0
    exports.handler = async ({ atOnce }) => {
      fs.writeFileSync('begun-' + process.pid, '')
      while (fs.readdirSync('.').filter((name) => name.startsWith('begun-')).length < atOnce)
        await new Promise((r) => setTimeout(r, 10))
      return ++n
    }`,
  reported: `exports.handler = async () => 1`,
  pid: `exports.handler = async () => process.pid`,
  staged: `exports.handler = async () => process.pid`,
}

let host: LambdaHost
let patient: LambdaHost
let crowded: LambdaHost
const lines: string[] = []
const stages: string[] = []
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`

beforeAll(async () => {
  const folder = scratch('functions')
  for (const [name, source] of Object.entries(code)) {
    mkdirSync(path.join(folder, name))
    writeFileSync(path.join(folder, name, 'index.js'), source)
  }
  const options: LambdaHostOptions = {
    functions: Object.keys(code).map((name) => ({
      logicalId: name,
      name,
      arn: arnOf(name),
      url: '',
      properties: propertySchemas['AWS::Lambda::Function'].parse({
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: '' },
        Timeout: 1,
        ...(name === 'count' ? { ReservedConcurrentExecutions: 2, Timeout: 30 } : {}),
      }),
    })),
    codeFolder: ({ name }) => path.join(folder, name),
    runtime: await bundleRuntime(folder),
    compileCache: path.join(folder, 'compiled'),
    env: () => ({}),
    clock: systemClock,
    onStage: (stage, { functionId, pid }) => stages.push(`${functionId} ${pid} ${stage}`),
    log: (line) => lines.push(line),
  }
  host = lambdaHost(options)
  patient = lambdaHost({ ...options, maxWaitMs: 60_000 })
  crowded = lambdaHost({ ...options, maxWaitMs: 0, mostProcesses: 2 })
})
afterAll(() => {
  host.close()
  patient.close()
  crowded.close()
})

test('a handler gets its event, its context and its own folder, and no variables of the host', async () => {
  expect(await host.invoke(arnOf('name'), { name: 'you' })).toMatchObject({
    ok: true,
    payload: {
      hello: 'you',
      function: 'name',
      arn: arnOf('name'),
      left: true,
      home: null,
      cwd: true,
    },
  })
})

test.each([
  ['named', 'QuotaError', 'no'],
  ['unnamed', 'Error', 'no'],
  ['text', 'string', 'no'],
  ['endless', 'Sandbox.Timedout', /^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/],
  ['exit', 'Runtime.ExitError', /Runtime exited with error: exit status 3$/],
  ['rejected', 'Runtime.UnhandledPromiseRejection', 'Error: lost'],
  ['uncaught', 'TypeError', 'late'],
  ['callback', 'Runtime.CallbackHandlerDeprecated', /callback/],
  ['missing', 'Runtime.ImportModuleError', /not-there/],
  ['other', 'Runtime.HandlerNotFound', 'index.handler is undefined or not exported'],
  ['broken', 'Runtime.UserCodeSyntaxError', /SyntaxError/],
  ['large', 'Function.ResponseSizeTooLarge', /maximum allowed payload size/],
  ['absent', 'Lambda.ResourceNotFoundException', /Function not found/],
])('%s: the error is %s', async (name, errorType, message) => {
  const outcome = await host.invoke(arnOf(name), {})
  expect(outcome).toMatchObject({
    ok: false,
    errorType,
    errorMessage: message instanceof RegExp ? expect.stringMatching(message) : message,
  })
})

test("an error carries its stack in Lambda's format", async () => {
  const outcome = await host.invoke(arnOf('named'), {})
  expect(outcome).toMatchObject({
    payload: { errorType: 'QuotaError', errorMessage: 'no', trace: expect.any(Array) },
  })
})

test('an event over six megabytes is refused', async () => {
  expect(await host.invoke(arnOf('name'), 'x'.repeat(7 * 1024 * 1024))).toMatchObject({
    ok: false,
    errorType: 'Lambda.RequestTooLargeException',
  })
})

const atOnce = (of: LambdaHost, name: string, times: number, event: object) =>
  Promise.all(Array.from({ length: times }, () => of.invoke(arnOf(name), event)))

test('a process is reused, and a second one is started only for a concurrent invocation', async () => {
  const first = await host.invoke(arnOf('pid'), {})
  expect(await host.invoke(arnOf('pid'), {})).toMatchObject({
    payload: Reflect.get(first, 'payload'),
  })
  expect(await atOnce(host, 'count', 2, { atOnce: 2 })).toMatchObject([
    { payload: 1 },
    { payload: 1 },
  ])
})

test('an invocation waits for a process that becomes free before a new one would be ready', async () => {
  const outcomes = await atOnce(patient, 'pid', 5, {})
  expect(new Set(outcomes.map((outcome) => Reflect.get(outcome, 'payload'))).size).toBe(1)
})

test('a retired process finishes its invocation and serves no further one', async () => {
  const { payload: old } = { payload: undefined, ...(await host.invoke(arnOf('pid'), {})) }
  const kept = await host.invoke(arnOf('count'), {})
  const underWay = host.invoke(arnOf('count'), {})
  host.retire(({ name }) => name !== 'name')
  expect(await underWay).toMatchObject({ payload: Number(Reflect.get(kept, 'payload')) + 1 })
  expect(await host.invoke(arnOf('pid'), {})).not.toMatchObject({ payload: old })
  expect(await host.invoke(arnOf('count'), {})).toMatchObject({ payload: 1 })
})

test('a process of a function that is not selected keeps running', async () => {
  const before = await host.invoke(arnOf('pid'), {})
  host.retire(({ name }) => name === 'name')
  expect(await host.invoke(arnOf('pid'), {})).toMatchObject({
    payload: Reflect.get(before, 'payload'),
  })
})

test('the stages of a process are told of', async () => {
  const { payload } = { payload: undefined, ...(await host.invoke(arnOf('staged'), {})) }
  await host.invoke(arnOf('staged'), {})
  expect(stages.filter((stage) => stage.startsWith('staged'))).toEqual(
    ['started', 'invoked', 'ended', 'invoked', 'ended'].map(
      (stage) => `staged ${payload} ${stage}`,
    ),
  )
})

test('each invocation leaves its REPORT line in the log, with the start where there was one', async () => {
  const before = lines.length
  await host.invoke(arnOf('reported'), {})
  await host.invoke(arnOf('reported'), {})
  const report =
    /^\[reported\] REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB/
  const [cold, warm, ...more] = lines.slice(before)
  expect(more).toEqual([])
  expect(cold).toMatch(new RegExp(`${report.source}\tInit Duration: [\\d.]+ ms$`))
  expect(warm).toMatch(new RegExp(`${report.source}$`))
})

test('invocations beyond the reserved concurrency are refused', async () => {
  const outcomes = await atOnce(host, 'count', 3, { atOnce: 1 })
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, false])
  expect(outcomes[2]).toMatchObject({ errorType: 'Lambda.TooManyRequestsException' })
})

test('the processes of all functions together are limited: idle ones make room, and others wait', async () => {
  const outcomes = await atOnce(crowded, 'pid', 6, {})
  expect(
    new Set(outcomes.map((outcome) => Reflect.get(outcome, 'payload'))).size,
  ).toBeLessThanOrEqual(2)
  for (const name of ['reported', 'name', 'pid'])
    expect(await crowded.invoke(arnOf(name), {})).toMatchObject({ ok: true })
  const mixed = ['pid', 'reported', 'name', 'pid', 'reported', 'name']
  const all = await Promise.all(mixed.map((name) => crowded.invoke(arnOf(name), {})))
  expect(all.every(({ ok }) => ok)).toBe(true)
})
