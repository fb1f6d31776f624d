/** The keys that a deployment needs: asked for before it begins, checked at their providers, and stored once it stands. */
import type { Config } from '../../lib/settings/schema.ts'
import { readSecret, writeSecret } from '../aws.ts'
import { CliError } from '../errors.ts'
import { givenSecret } from '../given-secrets.ts'
import { isInteractive, note } from '../print.ts'
import { askSecret } from '../prompt.ts'
import { isGenerated, SECRETS, type SecretRow } from '../secret-table.ts'

export interface Key {
  readonly row: SecretRow
  readonly value: string
  /** Whether the deployment has it already. */
  readonly isStored: boolean
}

/**
 * Returns the keys that these settings need: those of the deployment, else from variables, else from the person at the
 * terminal; without those that another command sets once the stack is deployed. Throws a CliError that names those which are missing, or if a provider refuses one.
 */
export async function gatherKeys(stack: string, settings: Config): Promise<readonly Key[]> {
  const needed = SECRETS.filter(({ isNeeded }) => isNeeded(settings))
  const all = await Promise.all(
    needed.map(async (row) => ({ row, known: await knownKey(stack, row) })),
  )
  const later = all.filter(({ row, known }) => known === undefined && row.setBy !== undefined)
  for (const { row } of later) note(`${row.name} is not set yet: ${row.setBy} sets it.`)
  const now = all.filter((each) => !later.includes(each))
  const missing = now.flatMap(({ row, known }) => (known === undefined ? [row] : []))
  if (missing.length > 0 && !isInteractive())
    throw new CliError(`Keys are missing: ${missing.map(({ name }) => name).join(', ')}.`, {
      cure: `Set ${missing.map(({ variable }) => variable).join(', ')}, or run this in a terminal, which asks for them. With --no-keys the stack is deployed without them, and cannot answer yet.`,
    })
  const keys: Key[] = []
  for (const { row, known } of now) {
    const key = known ?? { row, value: await askFor(row), isStored: false }
    if (!key.isStored) note(`${row.name}: ${await row.check(key.value, settings)}.`)
    keys.push(key)
  }
  return keys
}

async function knownKey(stack: string, row: SecretRow): Promise<Key | undefined> {
  const stored = await readSecret(`${stack}/${row.name}`)
  if (stored !== undefined && !isGenerated(stored)) return { row, value: stored, isStored: true }
  const value = givenSecret(row.variable)?.trim()
  return value ? { row, value, isStored: false } : undefined
}

async function askFor({ what, from, name }: SecretRow): Promise<string> {
  const value = (await askSecret(`The ${what} (${from})`)).trim()
  if (value !== '') return value
  throw new CliError(`There is no ${name}.`, { cure: 'Run the command again when you have it.' })
}

/** Stores the new keys in the deployment's secrets. */
export async function storeKeys(stack: string, keys: readonly Key[]): Promise<void> {
  for (const { row, value } of keys.filter(({ isStored }) => !isStored)) {
    await writeSecret(`${stack}/${row.name}`, value)
    note(`Stored ${stack}/${row.name}.`)
  }
}
