/**
 * The basis of the exploration: words are distinguished, and a memo evaluates again wherever the result may
 * differ.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Memo } from './memo.ts'
import { Observer } from './observer.ts'
import { scenario } from './scenario.ts'
import { Words } from './words.ts'
import { beginning, type Parts } from './world.ts'

test('words are numbered in order of arrival, equal ones once, and can be read again', () => {
  const letter = fc.nat(20)
  fc.assert(
    fc.property(fc.array(fc.tuple(letter, letter, letter), { minLength: 1500 }), (words) => {
      const set = new Words(3)
      const texts: string[] = []
      for (const word of words) {
        const text = word.join()
        const number = set.add(Int32Array.from(word))
        expect(number).toBe(texts.includes(text) ? texts.indexOf(text) : texts.length)
        if (number === texts.length) texts.push(text)
      }
      expect(set.size).toBe(texts.length)
      const read = new Int32Array(3)
      for (const [number, text] of texts.entries()) {
        set.read(number, read)
        expect(read.join()).toBe(text)
      }
    }),
    { numRuns: 5, endOnFailure: true },
  )
})

const start = beginning(scenario('any', { queue: [] }), [])

/** Worlds that differ in four parts. */
const worlds = fc.array(
  fc.record({
    received: fc.nat(2),
    queue: fc.array(fc.constantFrom('m0', 'm1'), { maxLength: 2 }),
    bodies: fc.array(fc.constantFrom('m0', 'm1'), { maxLength: 2 }),
    stopping: fc.constantFrom(null, { does: 'end-jobs', run: 1, job: 2 } as const),
  }),
)

/** Reads one part, which decides the next part to read. */
const look = (world: Pick<Parts, 'received' | 'queue' | 'bodies'>) =>
  world.received > 0 ? `${world.received} ${world.queue}` : world.bodies.length

test('a memo returns what its function does, and calls it once for the parts it reads', () => {
  fc.assert(
    fc.property(worlds, (various) => {
      const observer = new Observer(start)
      const asked: string[] = []
      const memo = new Memo(observer, (world) => {
        const { received } = world
        asked.push(JSON.stringify([received, received > 0 ? world.queue : world.bodies]))
        return look(world)
      })
      for (const parts of various)
        expect(memo.of(observer.word({ ...start, ...parts }))).toBe(look(parts))
      expect(new Set(asked).size).toBe(asked.length)
    }),
  )
})

test('a change consists of the letters of the changed parts', () => {
  const observer = new Observer(start)
  const memo = new Memo(observer, (world) =>
    observer.changes(world.with({ received: world.received + 1, queue: [...world.queue] })),
  )
  const changes = memo.of(observer.word(start))
  const after = observer.word({ ...start, received: 1 })
  const position = after.findIndex((letter, i) => letter !== observer.word(start)[i])
  expect(changes).toEqual([position, after[position]])
})
