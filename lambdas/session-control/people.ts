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
    people: people.map(({ name: address, at, reason, messages, email }) => ({
      address,
      at,
      ...(email !== undefined && { email }),
      ...(reason !== undefined && { reason }),
      ...(messages !== undefined && { messages }),
    })),
    configured: await configured(),
    next: cursorOf(next),
  })
}

/** `email` is for a number: it gets replies that SMS cannot bring, if it is on the list, too. */
export async function add(address: string, email: string | undefined) {
  if (email !== undefined && !address.startsWith('+'))
    throw new Problem(
      400,
      'Only a number can have an `email`: it gets the replies that SMS cannot bring. Leave it out, and add the other address by a request of its own.',
    )
  await allow(address, email)
  return json({ address, ...(email !== undefined && { email }) })
}

export async function remove(address: string) {
  if ((await configured()).includes(address))
    throw new Problem(
      409,
      'This person is listed in the configuration. To remove them, change it and deploy again.',
    )
  if (!(await disallow(address))) throw new Problem(404, 'This person is not on the list.')
  return noContent
}
