/** Who may write to Baton and be written to: the list as it is, one more, one less. */
import * as z from 'zod'
import { allow, configured, disallow, listPeople } from '../../src/adapters/contacts.ts'
import { contact } from '../../src/channels/address.ts'
import { requireOperator, requireReader } from '../../src/http/authenticate.ts'
import { http } from '../../src/http/http.ts'
import { Problem } from '../../src/http/problem.ts'
import { cursorOf, page, queryOf } from '../../src/http/query.ts'
import { check, type HttpEvent } from '../../src/http/request.ts'
import { json, noContent } from '../../src/http/respond.ts'

const key = z.strictObject({ scope: z.enum(['allowed', 'unknown']), name: z.string() })
const query = page(key).extend({ list: z.enum(['allowed', 'unknown']).default('allowed') })

export const handler = http(async (event) => {
  const { authorization } = event.headers
  switch (event.routeKey) {
    case 'GET /api/people': {
      await requireReader(authorization)
      const { list, limit, cursor } = queryOf(event, query)
      if (cursor && cursor.scope !== list)
        throw new Problem(400, 'The query is not valid: the cursor is of another list.')
      const { people, next } = await listPeople(list, limit, cursor)
      return json({
        people: people.map(({ name, at, reason, messages }) => ({
          address: name,
          at,
          ...(reason !== undefined && { reason }),
          ...(messages !== undefined && { messages }),
        })),
        configured: configured(),
        next: cursorOf(next),
      })
    }
    case 'PUT /api/people/{address}': {
      await requireOperator(authorization)
      const address = addressOf(event)
      await allow(address)
      return json({ address })
    }
    case 'DELETE /api/people/{address}': {
      await requireOperator(authorization)
      const address = addressOf(event)
      if (configured().includes(address))
        throw new Problem(
          409,
          'They are named in the configuration: deploy without them to take them off.',
        )
      if (!(await disallow(address))) throw new Problem(404, 'They are not on the list.')
      return noContent
    }
    default:
      throw new Problem(404, `There is no route ${event.routeKey}.`)
  }
})

const addressOf = (event: HttpEvent) => check(contact, event.pathParameters?.address, 'The address')
