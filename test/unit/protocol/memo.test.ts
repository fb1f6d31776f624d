/** What the exploration stands on: words are told apart, and a memo asks again wherever the answer may be another. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Memo } from './memo.ts'
import { Observer } from './observer.ts'
import { scenario } from './scenario.ts'
import { Words } from './words.ts'
import { beginning, type Parts } from './world.ts'

test('words are numbered as they come, equal ones alike, and are read again', () => {
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

/** Looks at one part, and by that at another. */
const look = (world: Pick<Parts, 'received' | 'queue' | 'bodies'>) =>
  world.received > 0 ? `${world.received} ${world.queue}` : world.bodies.length

test('a memo answers as its function does, which is asked once for what it looks at', () => {
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

test('a change is told by the letters of the parts that have become others', () => {
  const observer = new Observer(start)
  const memo = new Memo(observer, (world) =>
    observer.changes(world.with({ received: world.received + 1, queue: [...world.queue] })),
  )
  const changes = memo.of(observer.word(start))
  const after = observer.word({ ...start, received: 1 })
  const position = after.findIndex((letter, i) => letter !== observer.word(start)[i])
  expect(changes).toEqual([position, after[position]])
})
