/** What came with a valid signature and cannot be read: kept for a look, since whoever sent it will not send it again. */
import { createHash } from 'node:crypto'
import type { OutboundName } from '../channels/index.ts'
import { logger } from './logger.ts'
import { publish } from './metrics.ts'
import { putObject } from './objects.ts'

/** Named after its content, so that a redelivery adds nothing. */
export async function quarantine(channel: OutboundName, raw: Buffer, problem: string) {
  const hash = createHash('sha256').update(raw).digest('hex').slice(0, 32)
  const key = `quarantine/${channel}/${hash}`
  await putObject(key, raw)
  logger.error('quarantined', { channel, key, problem })
  publish({ Quarantined: 1 })
}
