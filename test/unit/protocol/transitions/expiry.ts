/** The sweep finds that an open question has expired. */
import { fault, type Setting, type Transition } from '../transition.ts'
import { TIME, type World } from '../world.ts'

export function expiry(world: World, setting: Setting): Transition[] {
  const [question] = world.session.questions ?? []
  if (!question) return []
  return fault(world, 'expire', `sweep: ${question.id} expires`, (struck) =>
    expired(struck, question.id, setting),
  ).map((transition) =>
    transition.world.session === world.session
      ? transition
      : { ...transition, happening: { what: 'expire', question: question.id } },
  )
}

/** The wake that follows is the sweep's, which finds every open run. */
function expired(world: World, id: string, { system }: Setting): World {
  const message = { id: `expired-${id}`, size: 1 }
  const { item } = system.expire(world.session, id, message, TIME.after)
  if (item === world.session) return world
  const past = { ...world.past, expired: [...world.past.expired, id] }
  return world.with({ session: item, past, bodies: [...world.bodies, message.id] })
}
