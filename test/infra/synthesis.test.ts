/** The rules for the whole app: feature flags, cdk-nag, valid CloudFormation, and no dependency on an account. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { App } from 'aws-cdk-lib'
import { CURRENT_VERSION_EXPIRED_FLAGS, FLAGS } from 'aws-cdk-lib/cx-api'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { BatonStack } from '../../lib/baton-stack.ts'
import { readConfig } from '../../lib/settings/context.ts'
import { UNCHECKED } from '../../lib/synthesis/assembly.ts'
import { synthesise } from '../../local/synth.ts'
import { context, runApp, runAppInto, standardApp } from './support/app.ts'

const report = z.object({
  pluginReports: z.array(
    z.object({
      pluginName: z.string(),
      violations: z.array(z.object({ ruleName: z.string() })),
    }),
  ),
})

const manifest = z.object({
  missing: z.array(z.unknown()).default([]),
  artifacts: z.object({ Baton: z.object({ environment: z.string() }) }),
})

const ROOT = path.resolve(import.meta.dirname, '../..')

const standard = standardApp()

const live = Object.entries(FLAGS).filter(([name]) => !CURRENT_VERSION_EXPIRED_FLAGS.includes(name))

test.each(live)('the feature flag %s has the recommended value', (name, { recommendedValue }) => {
  expect(context[name]).toEqual(recommendedValue)
})

test('cdk.json sets nothing but existing feature flags', () => {
  expect(Object.keys(context).filter((name) => !(name in FLAGS))).toEqual([])
})

test('synthesis succeeds without findings that are not acknowledged', () => {
  expect(report.parse(standard.report).pluginReports).toEqual([])
  expect(standard.exitCode).toBe(0)
})

/** The report above lists only packs with findings, so each pack is run by itself here. */
test.each([
  ['AwsSolutions', new AwsSolutionsChecks()],
  ['Serverless', new ServerlessChecks()],
])('%s finds nothing that is not acknowledged', (_, rules) => {
  const outdir = mkdtempSync(path.join(tmpdir(), 'baton-rules-'))
  try {
    const app = new App({ outdir, context: { ...context, 'aws:cdk:bundling-stacks': [] } })
    new BatonStack(app, 'Baton')
    const { violations } = rules.validateScope(app)
    expect(violations.map(({ ruleName }) => ruleName)).toEqual([])
  } finally {
    rmSync(outdir, { recursive: true })
  }
})

/** Uses the CDK's own validation, which is off during synthesis: it would take as long as everything else. */
test.each([
  ['as it is', {}],
  [
    'with every channel, and Bedrock',
    {
      modelUpstream: 'bedrock',
      model: 'anthropic.claude-sonnet-5-5',
      smsNumber: '+15550199',
      twilioAccountSid: `AC${'0'.repeat(32)}`,
      emailAddress: 'baton@in.example.com',
      alarmEmail: 'operator@example.com',
    },
  ],
])('%s, the template is valid CloudFormation', (_, choices) => {
  const outdir = mkdtempSync(path.join(tmpdir(), 'baton-valid-'))
  try {
    const app = new App({
      outdir,
      context: { ...context, 'aws:cdk:bundling-stacks': [], ...choices },
    })
    new BatonStack(app, 'Baton')
    app.synth()
    const found: unknown = JSON.parse(
      readFileSync(path.join(outdir, 'validation-report.json'), 'utf8'),
    )
    expect(report.parse(found).pluginReports).toEqual([])
  } finally {
    rmSync(outdir, { recursive: true })
  }
})

test('synthesis needs no account, no region and no lookup', () => {
  expect(manifest.parse(standard.manifest)).toEqual({
    missing: [],
    artifacts: { Baton: { environment: 'aws://unknown-account/unknown-region' } },
  })
})

test.each([
  ['logDays', '31'],
  ['historyDays', '0'],
  ['historyDays', 'for ever'],
  ['e2bTemplate', ''],
  ['retainData', 'perhaps'],
  ['modelUpstream', 'openai'],
  ['model', ''],
  ['budgets', 'ten dollars'],
  ['budgets.run.usd', '{"run":{"usd":-1}}'],
  ['legMinutes', '0'],
  ['attempts', '0'],
  ['attempts', '21'],
  ['attempts', '2.5'],
  ['workerHours', '0'],
  ['verify', 'sometimes'],
  ['verifierModel', ''],
  ['alarmEmail', 'nobody'],
  ['approvals', 'some'],
  ['waitingReaders', '-1'],
  ['waitingReaders', 'many'],
  ['alarmUsdPerDay', '0'],
])('the choice %s=%s is refused by name', (name, value) => {
  const { node } = new App({ context: { [name.split('.')[0] ?? '']: value } })
  expect(() => readConfig(node)).toThrow(new RegExp(`^-c: ${name}: .+$`))
})

test('a question expires before the addresses of those who are asked', () => {
  const read = (context: Record<string, string>) => readConfig(new App({ context }).node)
  const hours = (historyDays: string) => read({ historyDays }).expiresAfterHours
  expect(['365', '8', '3', '1'].map(hours)).toEqual([168, 168, 48, 12])
  expect(read({ historyDays: '3', expiresAfterHours: '48' }).expiresAfterHours).toBe(48)
  expect(() => read({ historyDays: '3', expiresAfterHours: '49' })).toThrow(
    /expiresAfterHours: A question has to expire/,
  )
})

test('a refused choice prevents the synthesis', () => {
  const { exitCode, stderr, template } = runApp({ logDays: '31' })
  expect([exitCode, template]).toEqual([1, undefined])
  expect(stderr).toMatch(/^-c: logDays: .+\n$/)
})

test('an unchanged app is not synthesised again; another choice is, and what breaks a rule always', () => {
  const outdir = mkdtempSync(path.join(tmpdir(), 'baton-unchanged-'))
  const template = path.join(outdir, 'Baton.template.json')
  /** Whether the app wrote anything, and what it found. */
  const run = (choices: Readonly<Record<string, string>>, file?: string) => {
    rmSync(template, { force: true })
    const { exitCode, report: found } = runAppInto(outdir, choices, file)
    return { exitCode, wrote: existsSync(template), found: report.safeParse(found).data }
  }
  try {
    cpSync(standard.outdir, outdir, { recursive: true })
    expect(run({})).toMatchObject({ exitCode: 0, wrote: false })
    // An assembly that breaks a rule is never considered current, nor is the one that it replaced. Rules are not a choice.
    const broken = { logDays: '9999', [UNCHECKED]: 'true' }
    for (let i = 0; i < 2; i++)
      expect(run(broken)).toEqual({
        exitCode: 1,
        wrote: true,
        found: {
          pluginReports: [
            {
              pluginName: 'Serverless',
              violations: [{ ruleName: 'Serverless-CloudWatchLogGroupRetentionPeriod' }],
            },
          ],
        },
      })
    expect(run({})).toMatchObject({ exitCode: 0, wrote: true })
    const file = path.join(outdir, 'baton.json')
    writeFileSync(file, '{ "linkDays": 3 }')
    expect(run({}, file)).toMatchObject({ exitCode: 0, wrote: true })
  } finally {
    rmSync(outdir, { recursive: true })
  }
})

test('npm start finds that nothing has changed, too', async () => {
  const assembly = await synthesise(ROOT)
  const made = () => statSync(path.join(assembly, 'inputs.sha256')).mtimeMs
  const before = made()
  expect(await synthesise(ROOT)).toBe(assembly)
  expect(made()).toBe(before)
})
