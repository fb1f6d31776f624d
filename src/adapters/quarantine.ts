/** Keeps signed requests that cannot be parsed, for the operator, because the provider does not send them again. */
import { createHash } from 'node:crypto'
import type { OutboundName } from '../channels/index.ts'
import { logger } from './logger.ts'
import { publish } from './metrics.ts'
import { putObject } from './objects.ts'

/** Stores the request under a hash of its content, so that a repeated request adds nothing. */
export async function quarantine(channel: OutboundName, raw: Buffer, problem: string) {
  const hash = createHash('sha256').update(raw).digest('hex').slice(0, 32)
  const key = `quarantine/${channel}/${hash}`
  await putObject(key, raw)
  logger.error('quarantined', { channel, key, problem })
  publish({ Quarantined: 1 })
}
