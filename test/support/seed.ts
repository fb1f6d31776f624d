/** Sets the seed of the samples that tests take, and of the pauses of their sandboxes. `BATON_SEED` repeats a run's choice. */
import { randomInt } from 'node:crypto'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    seed: number
  }
}

export function setup({ provide }: Pick<TestProject, 'provide'>): void {
  const seed = Number(process.env.BATON_SEED ?? randomInt(2 ** 31))
  provide('seed', seed)
  console.log(`Samples are chosen by BATON_SEED=${seed}.`)
}
