/**
 * Maps names in the code to names in the tables, where they differ. Names in the tables never change, because functions of
 * the previous version read and write the same items while a deployment is updated.
 */
import type { Body } from '../core/message.ts'
import type { Session, Turn } from '../core/session.ts'
import type { Leg, Worker } from '../core/worker.ts'

type Attributes = Readonly<Record<string, unknown>>

/** Translates the attributes of an item between the code and its table. */
export interface StoredNames<Item> {
  read(stored: Attributes): Item
  /** Some or all attributes of an item. */
  write(attributes: Attributes): Attributes
}

type Names = Readonly<Record<string, string>>

const renamed = (value: object, names: Names): Attributes =>
  Object.fromEntries(Object.entries(value).map(([name, each]) => [names[name] ?? name, each]))

const inverse = (names: Names): Names =>
  Object.fromEntries(Object.entries(names).map(([name, stored]) => [stored, name]))

/** Changes the value of one attribute. An absent one stays absent. */
const within = (item: Attributes, name: string, change: (value: object) => unknown): Attributes => {
  const value = item[name]
  return typeof value === 'object' && value !== null ? { ...item, [name]: change(value) } : item
}

const SESSION = { pendingEntries: 'unwritten', abandoned: 'parked' } satisfies Partial<
  Record<keyof Session, string>
>
const TURN = { messages: 'cover' } satisfies Partial<Record<keyof Turn, string>>

export const sessionNames: StoredNames<Session> = {
  read: (stored) =>
    within(renamed(stored, inverse(SESSION)), 'turn', (turn) =>
      renamed(turn, inverse(TURN)),
    ) as unknown as Session,
  write: (attributes) =>
    renamed(
      within(attributes, 'turn', (turn) => renamed(turn, TURN)),
      SESSION,
    ),
}

const LEG = { replyTo: 'askers' } satisfies Partial<Record<keyof Leg, string>>

const inLegs = (worker: Attributes, names: Names) =>
  within(worker, 'legs', (legs) =>
    Array.isArray(legs) ? legs.map((leg) => renamed(leg, names)) : legs,
  )

export const workerNames: StoredNames<Worker> = {
  read: (stored) => inLegs(stored, inverse(LEG)) as unknown as Worker,
  write: (attributes) => inLegs(attributes, LEG),
}

const BODY = { replyTo: 'askers', slashCommand: 'order' }

export const bodyNames = {
  /** Does not check the document, which may be anything. */
  read: (stored: unknown): unknown =>
    typeof stored === 'object' && stored !== null ? renamed(stored, inverse(BODY)) : stored,
  write: (body: Body): Attributes => renamed(body, BODY),
}
