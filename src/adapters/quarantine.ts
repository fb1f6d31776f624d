/** Keeps signed requests that cannot be parsed, for the operator, because the provider does not send them again. */
import { createHash } from 'node:crypto'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import type { OutboundName } from '../channels/index.ts'
import { s3 } from './documents.ts'
import { env } from './environment.ts'
import { logger } from './logger.ts'
import { publish } from './metrics.ts'

/** Stores the request under a hash of its content, so that a repeated request adds nothing. */
export async function quarantine(channel: OutboundName, raw: Buffer, problem: string) {
  const hash = createHash('sha256').update(raw).digest('hex').slice(0, 32)
  const Key = `quarantine/${channel}/${hash}`
  await s3.send(new PutObjectCommand({ Bucket: env('BUCKET'), Key, Body: raw }))
  logger.error('quarantined', { channel, key: Key, problem })
  publish({ Quarantined: 1 })
}
