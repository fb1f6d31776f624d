/** An event whose function fails is retried twice, then dropped. */
import { expect, test } from 'vitest'
import { asyncInvoker } from '../src/async-invoke.ts'
import type { LambdaOutcome } from '../src/states/lambda-outcome.ts'
import { ManualClock } from './fixture/manual-clock.ts'
import { eventually } from './fixture/run.ts'

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:f'
const limited = (MaximumRetryAttempts: number) => [
  {
    logicalId: 'c',
    name: 'c',
    arn: '',
    url: '',
    properties: { FunctionName: 'f', Qualifier: '$LATEST' as const, MaximumRetryAttempts },
  },
]

test.each([
  ['two retries without a limit', [], 3],
  ['one retry as the template says', limited(1), 2],
  ['none as the template says', limited(0), 1],
])('%s', async (_, configs, tries) => {
  const clock = new ManualClock()
  const events: unknown[] = []
  const lines: string[] = []
  const invoke = async (_arn: string, event: unknown): Promise<LambdaOutcome> => {
    events.push(event)
    return { ok: false, errorType: 'Error', errorMessage: 'no' }
  }
  asyncInvoker({ invoke }, configs, clock, (line) => lines.push(line)).invoke(arn, { n: 1 })
  await eventually(async () => {
    await clock.advance(60_000)
    return lines[0]
  })
  expect(events).toEqual(Array.from({ length: tries }, () => ({ n: 1 })))
  expect(lines).toEqual([`[f] The event is dropped after ${tries} attempts`])
})
