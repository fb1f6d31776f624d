/** Records what functions see of the services that Baton depends on: one item a service in the Usage table. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { type LastSighting, RECORDED, type RecordedName, type Sighting } from '../core/health.ts'
import { batchGet } from './batch-get.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'
import { logger } from './logger.ts'

const scopeOf = (name: RecordedName) => `health#${name}`
const keyOf = (name: RecordedName) => ({ scope: scopeOf(name), part: 0 })

/**
 * How long an instance of a function does not repeat itself. Another instance may have seen something else meanwhile. That a service
 * works is news only after a failure, which the same instance has mostly seen, so it is not repeated with every message.
 */
const REPEAT_MS = { ok: 10 * 60_000, failure: 60_000 } as const
const noted = new Map<RecordedName, { readonly what: string; readonly at: number }>()

/**
 * Records a sighting, unless this instance has recorded the same one just before. Never throws, because nothing depends on
 * it.
 */
export async function noteHealth(name: RecordedName, sighting: Sighting): Promise<void> {
  const now = Date.now()
  const what = `${sighting.state} ${sighting.detail}`
  const last = noted.get(name)
  if (last?.what === what && now - last.at < REPEAT_MS[sighting.state === 'ok' ? 'ok' : 'failure'])
    return
  noted.set(name, { what, at: now })
  try {
    const at = new Date(now).toISOString()
    const isChange = await write(name, { ...sighting, at, since: at })
    if (!isChange && sighting.state !== 'ok') await write(name, { ...sighting, at })
  } catch (error) {
    noted.delete(name)
    logger.warn('the health of a service was not recorded', { service: name, error })
  }
}

/** Writes a sighting. One with `since` is only written if the state changes. Returns whether it was written. */
async function write(
  name: RecordedName,
  { state, detail, cure, at, since }: Omit<LastSighting, 'since'> & { readonly since?: string },
): Promise<boolean> {
  try {
    await dynamo.send(
      new UpdateCommand({
        TableName: env('USAGE_TABLE'),
        Key: keyOf(name),
        UpdateExpression: `SET #state = :state, #detail = :detail, #cure = :cure, #at = :at${since === undefined ? '' : ', since = :since'}`,
        ...(since !== undefined && {
          ConditionExpression: 'attribute_not_exists(#state) OR #state <> :state',
        }),
        ExpressionAttributeNames: {
          '#state': 'state',
          '#detail': 'detail',
          '#cure': 'cure',
          '#at': 'at',
        },
        ExpressionAttributeValues: {
          ...{ ':state': state, ':detail': detail, ':cure': cure ?? null, ':at': at },
          ...(since !== undefined && { ':since': since }),
        },
      }),
    )
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

/** Returns the last sighting of each service, in one request. */
export async function lastSightings(): Promise<Partial<Record<RecordedName, LastSighting>>> {
  const found = await batchGet(env('USAGE_TABLE'), RECORDED.map(keyOf))
  const items = found as readonly (Omit<LastSighting, 'cure'> & {
    scope: string
    cure: string | null
  })[]
  return Object.fromEntries(
    RECORDED.flatMap((name) => {
      const item = items.find(({ scope }) => scope === scopeOf(name))
      if (!item) return []
      const { state, detail, since, at, cure } = item
      return [[name, { state, detail, since, at, ...(cure !== null && { cure }) }] as const]
    }),
  )
}
