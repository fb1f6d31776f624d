import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { NO_PROFILE } from './packages/local-aws/src/no-profile.ts'
import { SlowFirst } from './test/support/slow-first.ts'

/** One project a test layer, so that each can run alone: `vitest run --project unit`. */
const project = (name: string, timeout: number, options: object = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    ...options,
  },
})

/** Tests of modules that keep a client or a secret from one call to the next, as functions do. */
const KEEPING = ['test/unit/{channels,gateway,http,sandboxes,telemetry}/**/*.test.ts']

/** All of Baton, on a template that is synthesised once, after the layers below. */
const whole = { globalSetup: ['test/support/synthesise.ts'], sequence: { groupOrder: 1 } }

/** Their pauses of sandboxes are slow, are refused or fail, as a seed chooses. */
const unreliable = [...whole.globalSetup, 'test/support/seed.ts']

/** Half of the time they wait, for models that do not answer and for sandboxes. */
const waiting = {
  ...whole,
  globalSetup: unreliable,
  isolate: false,
  maxWorkers: availableParallelism() + 2,
}

export default defineConfig({
  test: {
    // The default leaves one core in two idle.
    maxWorkers: '100%',
    env: NO_PROFILE,
    sequence: { sequencer: SlowFirst },
    projects: [
      // A process loads what files have in common once. Where modules keep clients and secrets, that is packages only.
      project('unit', 60_000, {
        include: ['test/unit/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
        isolate: false,
        exclude: KEEPING,
      }),
      project('adapters', 60_000, {
        include: KEEPING,
        isolate: false,
        setupFiles: 'test/support/fresh-modules.ts',
      }),
      project('infra', 120_000, { isolate: false }),
      // The ways that every message takes.
      project('flow', 120_000, waiting),
      // Longer stories: limits, questions about them, models and workers that fail or cheat, the real CLI.
      project('scenarios', 120_000, waiting),
      // In a real browser; each file starts all of Baton and a browser beside it.
      project('dashboard', 180_000, { ...whole, maxWorkers: 1, sequence: { groupOrder: 3 } }),
      // What a person starts from a shell, in a checkout of its own.
      project('commands', 300_000, { sequence: { groupOrder: 4 } }),
      project('faults', 600_000, {
        globalSetup: unreliable,
        // Half of the time they wait, for what their faults have held up.
        maxWorkers: availableParallelism() + 1,
        sequence: { groupOrder: 2 },
        env: { BATON_PATIENCE_SECONDS: '240' },
      }),
    ],
  },
})
