/** Named tokens: list, create and revoke. */
import { addToken, listTokens, removeToken } from '../../src/adapters/tokens.ts'
import {
  type BearerAccess,
  type BearerToken,
  hashOf,
  MOST_TOKENS,
  makeToken,
} from '../../src/core/bearer-token.ts'
import { Problem } from '../../src/http/problem.ts'
import { json, noContent } from '../../src/http/respond.ts'

const shown = ({ name, access, createdAt, expiresAt = undefined }: Omit<BearerToken, 'hash'>) => ({
  name,
  access,
  createdAt,
  expiresAt: expiresAt ?? null,
})

export const list = async () => json({ tokens: (await listTokens()).map(shown) })

interface Wanted {
  readonly name: string
  readonly access: BearerAccess
  readonly expiresInDays?: number | undefined
}

const DAY_MS = 86_400_000

export async function create({ name, access, expiresInDays }: Wanted) {
  if ((await listTokens()).length >= MOST_TOKENS)
    throw new Problem(409, `There are ${MOST_TOKENS} tokens already. Revoke one first.`)
  const token = makeToken()
  const now = Date.now()
  const made = {
    name,
    access,
    createdAt: new Date(now).toISOString(),
    ...(expiresInDays !== undefined && {
      expiresAt: new Date(now + expiresInDays * DAY_MS).toISOString(),
    }),
  }
  if (!(await addToken({ ...made, hash: hashOf(token) })))
    throw new Problem(
      409,
      `There is a token ${name} already. Revoke it first, or choose another name.`,
    )
  return json({ ...shown(made), token })
}

export async function revoke(name: string) {
  if (!(await removeToken(name))) throw new Problem(404, `There is no token ${name}.`)
  return noContent
}
