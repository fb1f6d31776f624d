/** The messages that could not be delivered: list them, and take one off the list. */
import {
  dismissUndelivered,
  listUndelivered,
  type UndeliveredKey,
} from '../../src/adapters/undelivered.ts'
import { UNDELIVERED_ADVICE, type UndeliveredStatus } from '../../src/core/undelivered.ts'
import { Problem } from '../../src/http/problem.ts'
import { cursorOf, type Page } from '../../src/http/query.ts'
import { json, noContent } from '../../src/http/respond.ts'

export async function list({ limit, cursor }: Page<UndeliveredKey>) {
  const { undelivered, next } = await listUndelivered(limit, cursor)
  return json({
    undelivered: undelivered.map((each) => {
      const status: UndeliveredStatus = each.status ?? 'failed'
      return { ...each, status, advice: UNDELIVERED_ADVICE[status] }
    }),
    next: cursorOf(next),
  })
}

export async function dismiss(id: string) {
  if (!(await dismissUndelivered(id)))
    throw new Problem(404, 'There is no such message on the list, or it has expired.')
  return noContent
}
