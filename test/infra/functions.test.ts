/** The functions: their roles, logs, timeouts, tracing, and variables with names of secrets, but no secret. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { PAUSE_SECONDS } from '../../src/core/limits.ts'
import { idIn, propertiesOf, resources } from './support/template.ts'

const fn = z.object({
  Runtime: z.string(),
  Architectures: z.array(z.string()),
  Timeout: z.number(),
  Role: z.string(),
  TracingConfig: z.object({ Mode: z.string() }),
  LoggingConfig: z.object({ LogFormat: z.string(), LogGroup: z.string() }),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
})
const functions = propertiesOf('AWS::Lambda::Function', fn).map(
  ([, properties]) =>
    [properties.Environment.Variables.POWERTOOLS_SERVICE_NAME ?? '', properties] as const,
)

/** API Gateway's longest wait for a function. */
const HTTP_SECONDS = 30
/** Functions do not wait for long, except for those that pause sandboxes, and the gateway, which streams. */
const LONGEST_SECONDS = {
  'review-loop': 120,
  'worker-leg': 120,
  recovery: 120,
  'model-gateway': 900,
}

test.each([
  'review-loop',
  'worker-leg',
  'recovery',
])('the function %s outlasts a pause and the requests around it, because one that is cut off loses the sandbox', (pauses) => {
  const [, properties] = functions.find(([name]) => name === pauses) ?? []
  expect(properties?.Timeout).toBeGreaterThanOrEqual(PAUSE_SECONDS + 30)
})

describe.each(functions)('the function %s', (name, properties) => {
  test('runs on the Node that this repository is tested with', () => {
    expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
    expect(process.version).toMatch(/^v24\./)
  })

  test('ends within a minute, or within the listed time', () => {
    const { [name]: longest = 60 }: Record<string, number> = LONGEST_SECONDS
    expect(properties.Timeout).toBeLessThanOrEqual(longest)
  })

  test('checks at its start all variables that its bindings set', () => {
    const { BOUND_VARIABLES = '', ...set } = properties.Environment.Variables
    const { NODE_OPTIONS, POWERTOOLS_SERVICE_NAME, METRICS_SERVICE, ...bound } = set
    expect(BOUND_VARIABLES.split(',').filter(Boolean)).toEqual(Object.keys(bound).sort())
  })

  test('is traced', () => {
    expect(properties.TracingConfig).toEqual({ Mode: 'Active' })
  })

  test('writes JSON to its own log, kept for a month', () => {
    const { LogFormat, LogGroup } = properties.LoggingConfig
    expect(LogFormat).toBe('JSON')
    expect(resources[idIn(LogGroup)]?.Properties).toMatchObject({ RetentionInDays: 30 })
    expect(functions.filter(([, other]) => other.LoggingConfig.LogGroup === LogGroup)).toHaveLength(
      1,
    )
  })

  test('has its own role, for Lambda only, without managed policies', () => {
    expect(functions.filter(([, other]) => other.Role === properties.Role)).toHaveLength(1)
    const role = resources[idIn(properties.Role)]?.Properties
    expect(role).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com' },
          },
        ],
      },
    })
    expect(role).not.toHaveProperty('ManagedPolicyArns')
    expect(role).not.toHaveProperty('Policies')
  })
})

test('every function has a unique name', () => {
  const names = functions.map(([name]) => name)
  expect(names).not.toContain('')
  expect(new Set(names).size).toBe(names.length)
})

const secretIds = Object.entries(resources)
  .filter(([, { Type }]) => Type === 'AWS::SecretsManager::Secret')
  .map(([id]) => id)

test('variables that end in _SECRET name a secret, and no other variable refers to one', () => {
  const refersToSecret = (value: string) => secretIds.some((id) => value.includes(`<${id}>`))
  const variables = functions.flatMap(([, each]) => Object.entries(each.Environment.Variables))
  for (const [name, value] of variables)
    expect([name, refersToSecret(value)]).toEqual([name, name.endsWith('_SECRET')])
})

test('no value of a secret is resolved into the template', () => {
  expect(JSON.stringify(resources)).not.toMatch(/resolve:(secretsmanager|ssm-secure)/)
})

test('no secret has a value in the template', () => {
  for (const id of secretIds) expect(resources[id]?.Properties).not.toHaveProperty('SecretString')
})

const integration = z.object({ IntegrationUri: z.string() })

test("a function behind a route responds before API Gateway's timeout", () => {
  for (const [, { IntegrationUri }] of propertiesOf(
    'AWS::ApiGatewayV2::Integration',
    integration,
  )) {
    const { Timeout } = fn.parse(resources[idIn(IntegrationUri)]?.Properties)
    expect(Timeout).toBeLessThan(HTTP_SECONDS)
  }
})
