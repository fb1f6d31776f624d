/** The allow list of people: list, add and remove. */
import * as z from 'zod'
import { allow, configured, disallow, listPeople } from '../../src/adapters/contacts.ts'
import { contact } from '../../src/channels/address.ts'
import { Problem } from '../../src/http/problem.ts'
import { cursorOf, page, queryOf } from '../../src/http/query.ts'
import { check, type HttpEvent } from '../../src/http/request.ts'
import { type HttpResponse, json, noContent } from '../../src/http/respond.ts'

const key = z.strictObject({ scope: z.enum(['allowed', 'unknown']), name: z.string() })
const query = page(key).extend({ list: z.enum(['allowed', 'unknown']).default('allowed') })

export async function list(event: HttpEvent): Promise<HttpResponse> {
  const { list: name, limit, cursor } = queryOf(event, query)
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

export async function add(event: HttpEvent): Promise<HttpResponse> {
  const address = addressOf(event)
  await allow(address)
  return json({ address })
}

export async function remove(event: HttpEvent): Promise<HttpResponse> {
  const address = addressOf(event)
  if (configured().includes(address))
    throw new Problem(
      409,
      'This person is listed in the configuration. To remove them, change it and deploy again.',
    )
  if (!(await disallow(address))) throw new Problem(404, 'This person is not on the list.')
  return noContent
}

const addressOf = (event: HttpEvent) => check(contact, event.pathParameters?.address, 'The address')
