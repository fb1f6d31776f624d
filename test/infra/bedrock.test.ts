/** Amazon Bedrock as the model: a permission of the gateway's role replaces the key, and a model has to be named. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { runApp } from './support/app.ts'
import { render } from './support/intrinsics.ts'

const MODEL = 'anthropic.claude-sonnet-5-5'
const MODEL_KEY = 'SecretsModelKey0DB4AAD3'

const schema = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.unknown().optional() }),
  ),
})
const fn = z.object({
  Role: z.string(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
})

test('the gateway may invoke models in its own account, and no function reads a key', () => {
  const { exitCode, template } = runApp({ modelUpstream: 'bedrock', model: MODEL })
  expect(exitCode).toBe(0)
  const resources = Object.values(schema.parse(render(template)).Resources)
  const functions = resources
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => fn.parse(Properties))
  const variables = (name: string) =>
    functions.find(({ Environment }) => Environment.Variables.POWERTOOLS_SERVICE_NAME === name)
      ?.Environment.Variables
  expect(variables('model-gateway')).toMatchObject({
    MODEL_UPSTREAM: 'bedrock',
    MODEL_BASE_URL: 'https://bedrock-mantle.<AWS::Region>.api.aws/anthropic',
  })
  expect(variables('sandbox-callback')).toMatchObject({ MODEL_NAME: MODEL })
  const policies = resources.filter(({ Type }) => Type === 'AWS::IAM::Policy')
  const asking = policies.filter((each) => JSON.stringify(each).includes('bedrock'))
  expect(asking).toHaveLength(1)
  expect(JSON.stringify(asking)).toContain(
    '{"Action":"bedrock-mantle:CreateInference","Effect":"Allow","Resource":"arn:<AWS::Partition>:bedrock-mantle:<AWS::Region>:<AWS::AccountId>:project/default"}',
  )
  expect(JSON.stringify([functions, policies])).not.toContain(MODEL_KEY)
})

test("a missing model is refused, because the CLI's default has another name there", () => {
  const { exitCode, stderr } = runApp({ modelUpstream: 'bedrock' })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('Bedrock needs one of its own model ids')
})
