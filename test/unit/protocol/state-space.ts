/** The states of a scenario as words, and the moves between them. */
import { Memo } from './memo.ts'
import { normalisers } from './normal.ts'
import { type Changes, Observer } from './observer.ts'
import { badEnd, broken, endless } from './properties.ts'
import type { Setting } from './transition.ts'
import { components } from './transitions/all.ts'
import type { Word } from './words.ts'
import { beginning, REPORTS, type World } from './world.ts'

/** A transition from every state in which its component reads the same. */
export interface Move {
  readonly label: string
  /** Whether it is not a fault. */
  readonly progresses: boolean
  /** The safety property that it violates, and how. */
  readonly breaks: string | undefined
  readonly changes: Changes
}

export class StateSpace {
  readonly start: Word
  /** By component: its next transitions. */
  readonly moves: readonly Memo<readonly Move[]>[]
  /** Why a state in which nothing more happens by itself is not an acceptable end. */
  readonly badEnd: Memo<string | undefined>
  /** Why the way to a state has no end. */
  readonly endless: Memo<string | undefined>
  readonly #normalisers: readonly Memo<Changes>[]

  constructor(setting: Setting) {
    const { system, scenario } = setting
    const bodies = system.bodyFirst
      ? [
          ...new Set([...scenario.queue, ...(scenario.yes ?? []), ...(scenario.withYes ?? [])]),
          ...REPORTS,
        ]
      : []
    const parts = beginning(scenario, bodies)
    const observer = new Observer(parts)
    const remembered = <Result>(compute: (world: World) => Result) => new Memo(observer, compute)

    this.moves = components.map((component) =>
      remembered((world) =>
        component(world, setting).map((transition) => ({
          label: transition.label,
          progresses: transition.fault === undefined,
          breaks: broken(world, transition),
          changes: observer.changes(transition.world),
        })),
      ),
    )
    this.#normalisers = normalisers.map((normal) =>
      remembered((world) => observer.changes(normal(world, system))),
    )
    this.badEnd = remembered(badEnd)
    this.endless = remembered(endless)
    this.start = observer.word(parts)
    this.#normalise(this.start)
  }

  /** Writes the target of a move `into` a word. */
  follow(move: Move, from: Word, into: Word): void {
    for (let i = 0; i < from.length; i++) into[i] = from[i] ?? 0
    change(into, move.changes)
    this.#normalise(into)
  }

  #normalise(word: Word): void {
    for (const normaliser of this.#normalisers) change(word, normaliser.of(word))
  }
}

function change(word: Word, changes: Changes): void {
  for (let i = 0; i < changes.length; i += 2) word[changes[i] ?? 0] = changes[i + 1] ?? 0
}
