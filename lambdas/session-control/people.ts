/** The allow list of people: list, add and remove. */
import { allow, configured, disallow, listPeople } from '../../src/adapters/contacts.ts'
import { Problem } from '../../src/http/problem.ts'
import { cursorOf, type Page } from '../../src/http/query.ts'
import { json, noContent } from '../../src/http/respond.ts'

type ListName = Parameters<typeof listPeople>[0]

interface Query extends Page<{ readonly scope: ListName; readonly name: string }> {
  readonly list: ListName
}

export async function list({ list: name, limit, cursor }: Query) {
  if (cursor && cursor.scope !== name)
    throw new Problem(400, 'The query is not valid: the cursor belongs to another list.')
  const { people, next } = await listPeople(name, limit, cursor)
  return json({
    people: people.map(({ name: address, at, reason, messages }) => ({
      address,
      at,
      ...(reason !== undefined && { reason }),
      ...(messages !== undefined && { messages }),
    })),
    configured: configured(),
    next: cursorOf(next),
  })
}

export async function add(address: string) {
  await allow(address)
  return json({ address })
}

export async function remove(address: string) {
  if (configured().includes(address))
    throw new Problem(
      409,
      'This person is listed in the configuration. To remove them, change it and deploy again.',
    )
  if (!(await disallow(address))) throw new Problem(404, 'This person is not on the list.')
  return noContent
}
