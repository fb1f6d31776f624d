/** The effect of one atomic action on a world. */
import type { Fault, Scenario } from './scenario.ts'
import type { System } from './system.ts'
import type { World } from './world.ts'

/** Events that a property has to know of, because the worlds before and after do not show them. */
export type Happening =
  | { readonly what: 'recover'; readonly run: number }
  /** `began`: the turn is new; `finished`: the one before is over. */
  | {
      readonly what: 'claim'
      readonly turn: number
      readonly began: boolean
      readonly finished: boolean
    }
  | { readonly what: 'launch'; readonly job: number }
  | { readonly what: 'begin'; readonly job: number }
  | { readonly what: 'store'; readonly job: number }
  | { readonly what: 'answer'; readonly token: string }
  | { readonly what: 'read'; readonly result: string }
  | { readonly what: 'accept'; readonly turn: number; readonly keeps: boolean }
  | { readonly what: 'wait' }
  | { readonly what: 'finish' }
  | { readonly what: 'email'; readonly name: string }
  | { readonly what: 'spawn' }
  | { readonly what: 'question'; readonly name: string }
  | { readonly what: 'approve'; readonly name: string; readonly isYes: boolean }
  | { readonly what: 'words' }
  | { readonly what: 'expire'; readonly question: string }
  | { readonly what: 'note'; readonly job: number }
  | { readonly what: 'refuse' }
  | { readonly what: 'verified' }
  | { readonly what: 'stop-jobs'; readonly job: number }

export interface Change {
  readonly world: World
  readonly happening?: Happening
}

export interface Transition extends Change {
  readonly label: string
  /** Absent for progress: what happens if nothing else does. */
  readonly fault?: Fault
  /** The run that the step belongs to. */
  readonly by?: number
}

/** What the transitions of a scenario depend on besides the world. */
export interface Setting {
  readonly system: System
  readonly scenario: Scenario
}

/** A component of the system, with its possible next steps. */
export type Component = (world: World, setting: Setting) => readonly Transition[]

/** Returns the transition of a fault, if it may still occur. */
export const fault = (
  world: World,
  kind: Fault,
  label: string,
  strike: (world: World) => World,
): Transition[] =>
  world.left[kind] > 0
    ? [
        {
          label,
          fault: kind,
          world: strike(world.with({ left: { ...world.left, [kind]: world.left[kind] - 1 } })),
        },
      ]
    : []
