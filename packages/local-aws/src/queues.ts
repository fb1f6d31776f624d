/** Creates the stack's queues, and fixes what fauxqs gets wrong about SQS. */

import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { CreateQueueCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import type { Service } from './endpoint.ts'
import { account } from './identity.ts'
import { AwsError } from './json-service.ts'
import type { Upstream } from './private-socket.ts'
import type { Declared } from './stack.ts'

export type Queue = Declared<'AWS::SQS::Queue'>

/** Creates the queues, or sets the template's attributes on those that exist. */
export async function createQueues(client: SQSClient, queues: readonly Queue[]): Promise<void> {
  for (const { name, url, properties } of queues) {
    const Attributes = queueAttributes(properties)
    try {
      await client.send(new CreateQueueCommand({ QueueName: name, Attributes }))
    } catch (error) {
      // fauxqs uses the error name of the older query protocol, so the SDK's class does not match.
      if (!(error instanceof Error && error.name.endsWith('QueueNameExists'))) throw error
      await client.send(
        new SetQueueAttributesCommand({ QueueUrl: url, Attributes: settable(Attributes) }),
      )
    }
  }
}

function queueAttributes(properties: Queue['properties']): Record<string, string> {
  const { QueueName: _name, Tags: _tags, MessageRetentionPeriod: _retention, ...rest } = properties
  const given = Object.entries(rest).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    given.map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  )
}

/** fauxqs refuses to set these two again; `sqsService` implements them. */
function settable(attributes: Record<string, string>): Record<string, string> {
  const { DeduplicationScope: _scope, FifoThroughputLimit: _limit, ...rest } = attributes
  return rest
}

const message = z.looseObject({
  MessageBody: z.string().optional(),
  MessageGroupId: z.string().optional(),
  MessageDeduplicationId: z.string().optional(),
})
const send = z.looseObject({ QueueUrl: z.string(), Entries: z.array(message).optional() })

/** Neither a group nor a deduplication id may contain it. */
const separator = '\n'

/**
 * SQS over fauxqs. It fixes three things: fauxqs deduplicates across the whole queue even if the queue asks for
 * its message groups; it returns queue URLs of its own; and it does not persist ChangeMessageVisibility to 0.
 */
export function sqsService(fauxqs: Upstream, endpoint: string, queues: readonly Queue[]): Service {
  const byGroup = new Set(
    queues.filter((queue) => queue.properties.DeduplicationScope === 'messageGroup').map(nameOf),
  )
  const isGroupScoped = (queueUrl: string) => byGroup.has(queueUrl.split('/').at(-1) ?? '')
  return async (request, response) => {
    const operation = request.headers['x-amz-target']?.split('.').at(-1) ?? ''
    const body = parseJson(request.body)
    const scoped = operation.startsWith('SendMessage') ? scopeByGroup(body, isGroupScoped) : body
    const fixed = operation.startsWith('ChangeMessageVisibility') ? fixVisibility(scoped) : scoped
    const answer = await fauxqs.ask({ ...request, body: Buffer.from(JSON.stringify(fixed)) })
    const output = fixResponse(await text(answer), endpoint)
    const { 'content-length': _, ...headers } = answer.headers
    response.writeHead(answer.statusCode ?? 502, headers).end(output)
  }
}

const nameOf = ({ name }: { name: string }) => name

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString() || '{}')
  } catch (cause) {
    throw new AwsError('SerializationException', `The body is not JSON: ${cause}`)
  }
}

/** Prefixes the deduplication id with the group, which makes it unique to the group. */
function scopeByGroup(body: unknown, isGroupScoped: (queueUrl: string) => boolean): unknown {
  const parsed = send.safeParse(body)
  if (!parsed.success || !isGroupScoped(parsed.data.QueueUrl)) return body
  const { Entries } = parsed.data
  return Entries
    ? { ...parsed.data, Entries: Entries.map(scopeMessage) }
    : scopeMessage(parsed.data)
}

function scopeMessage(entry: object): object {
  const { MessageBody = '', MessageGroupId, MessageDeduplicationId } = message.parse(entry)
  const id = MessageDeduplicationId ?? createHash('sha256').update(MessageBody).digest('hex')
  return { ...entry, MessageDeduplicationId: `${MessageGroupId}${separator}${id}` }
}

/** fauxqs fails for 0, but accepts a thousandth of a second. */
const fixVisibility = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body), (key, value) =>
    key === 'VisibilityTimeout' && value === 0 ? 0.001 : value,
  )

/** Removes the group from deduplication ids, and replaces queue URLs with those of this endpoint. */
function fixResponse(body: string, endpoint: string): string {
  if (body === '') return body
  const url = (given: string) => `${endpoint}/${account}/${given.split('/').at(-1)}`
  return JSON.stringify(
    JSON.parse(body, (key, value) => {
      if (key === 'MessageDeduplicationId') return String(value).split(separator).at(-1)
      if (key === 'QueueUrl') return url(value)
      return key === 'QueueUrls' ? value.map(url) : value
    }),
  )
}
