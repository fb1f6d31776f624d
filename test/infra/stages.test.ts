/** Two deployments side by side: in one account and region under two names, and the same name in two regions. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { type SynthesisedStack, synthesiseStack } from './support/stack.ts'

/** Names that are unique within a table, a role or an API, and not in an account. */
const INNER = new Set([
  'AWS::DynamoDB::GlobalTable',
  'AWS::IAM::Policy',
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Stage',
])

/** Properties that name a resource itself, wherever CloudFormation wants them. */
const OWN_NAME =
  /^(?:Name|(?:Alarm|Bucket|Dashboard|Function|LogGroup|Queue|Role|Rule|Secret|StateMachine|Table|Topic)Name)$/

const isReference = (name: string) => /^<[^<>]+>$/.test(name)

const named = z.record(z.string(), z.unknown())

/** Returns the fixed physical names of a stack, each with its type. */
function namesIn({ resources }: SynthesisedStack): string[] {
  return resources.flatMap(([, { Type, Properties }]) => {
    if (INNER.has(Type)) return []
    // CloudFront keeps the name in the configuration.
    const configs = Object.entries(Properties)
      .filter(([key]) => key.endsWith('Config'))
      .map(([, value]) => named.catch({}).parse(value))
    return [Properties, ...configs]
      .flatMap((each) => Object.entries(each))
      .flatMap(([key, value]) =>
        OWN_NAME.test(key) && typeof value === 'string' && !isReference(value)
          ? [`${Type} ${value}`]
          : [],
      )
  })
}

const standard = synthesiseStack({ consoleDashboard: 'true' })
const staging = synthesiseStack({ stage: 'staging', consoleDashboard: 'true' })

test('a stage is a stack of its own, with the same logical ids', () => {
  expect([standard.name, staging.name]).toEqual(['Baton', 'Baton-staging'])
  const idsOf = ({ resources }: SynthesisedStack) => resources.map(([id]) => id)
  expect(idsOf(staging)).toEqual(idsOf(standard))
})

test('two stages in one account and region have no physical name in common', () => {
  const [ours, theirs] = [namesIn(standard), namesIn(staging)]
  expect(ours.length).toBeGreaterThan(10)
  expect(theirs).toHaveLength(ours.length)
  expect(theirs.filter((name) => ours.includes(name))).toEqual([])
})

test('names that an account has once for all regions contain the region', () => {
  const global = namesIn(standard).filter((name) =>
    /^AWS::(?:CloudFront|CloudWatch::Dashboard|IAM|S3)/.test(name),
  )
  expect(global).toHaveLength(3)
  expect(global.filter((name) => !name.includes('<AWS::Region>'))).toEqual([])
})

test.each(['Staging', '9', '', 'a'.repeat(21), 'a_b'])('the stage %j is refused', (stage) => {
  expect(() => synthesiseStack({ stage })).toThrow(/stage: /)
})
