/** Acknowledged data survives a kill, and nothing of the killed process keeps running. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { Duration, type Stack } from 'aws-cdk-lib'
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { eventually, run } from './fixture/run.ts'
import { scratch, synthesiseOnly } from './fixture/stack.ts'

const define =
  (visibility = Duration.seconds(30), key = 'id') =>
  (stack: Stack) => {
    new Queue(stack, 'Queue', { visibilityTimeout: visibility })
    new TableV2(stack, 'Table', { partitionKey: { name: key, type: AttributeType.STRING } })
    new Bucket(stack, 'Bucket')
    new Secret(stack, 'Secret')
    const pid = new lambda.Function(stack, 'Pid', {
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      // Only this timer would keep the process alive.
      code: lambda.Code.fromInline(
        'setInterval(() => {}, 1000); exports.handler = async () => ({ pid: process.pid })',
      ),
    })
    const defaultIntegration = new HttpLambdaIntegration('Call', pid)
    new HttpApi(stack, 'Api', { defaultIntegration })
  }

const where = z.object({
  endpoint: z.string(),
  url: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
})

async function started(
  assembly: string,
  stateDir: string,
): Promise<ChildProcess & { url: string }> {
  const file = fileURLToPath(new URL('fixture/killable.ts', import.meta.url))
  const child = fork(file, [assembly, stateDir], { execArgv: [] })
  const [message] = await once(child, 'message')
  return Object.assign(child, { url: where.parse(message).url })
}

const runs = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test("messages, items, objects and secrets survive SIGKILL, also if the queue's attributes have changed", async () => {
  const stateDir = scratch('restart')
  const first = await run(synthesiseOnly(define()), { stateDir })
  const physical = (name: string) => first.resources.find(`Small/${name}`).physicalId
  const [queue, table, bucket] = [physical('Queue'), physical('Table'), physical('Bucket')]
  await first.sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: 'kept' }))
  await first.dynamodb.send(new PutItemCommand({ TableName: table, Item: { id: { S: 'kept' } } }))
  await first.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'a/b', Body: 'kept' }))
  await first.close()
  expect(statSync(path.join(stateDir, 'secrets.json')).mode & 0o777).toBe(0o600)

  const killed = await started(synthesiseOnly(define()), stateDir)
  killed.kill('SIGKILL')
  await once(killed, 'close')

  const second = await run(synthesiseOnly(define(Duration.seconds(5))), { stateDir })
  const QueueUrl = second.resources.find('Small/Queue').physicalId
  const { Messages } = await second.sqs.send(new ReceiveMessageCommand({ QueueUrl }))
  expect(Messages).toMatchObject([{ Body: 'kept' }])
  const got = await second.dynamodb.send(
    new GetItemCommand({ TableName: table, Key: { id: { S: 'kept' } } }),
  )
  expect(got.Item).toEqual({ id: { S: 'kept' } })
  const object = await second.s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'a/b' }))
  expect(await object.Body?.transformToString()).toBe('kept')
  await second.close()
}, 120_000)

test('the processes of functions end when their host is killed', async () => {
  const killed = await started(synthesiseOnly(define()), scratch('killed'))
  const answer = await (await fetch(killed.url)).json()
  const { pid } = z.object({ pid: z.number() }).parse(answer)
  expect(runs(pid)).toBe(true)
  killed.kill('SIGKILL')
  await eventually(() => (runs(pid) ? undefined : true))
}, 120_000)

test('a table whose keys have changed is refused by name', async () => {
  const stateDir = scratch('rekeyed')
  await (await run(synthesiseOnly(define()), { stateDir })).close()
  const rekeyed = run(synthesiseOnly(define(undefined, 'other')), { stateDir })
  await expect(rekeyed).rejects.toThrow(/Table Small-Table\w+ has other keys/)
}, 120_000)
