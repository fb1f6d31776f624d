import { defineConfig } from 'vitest/config'

/** One project a test layer, so that each can run alone: `vitest run --project unit`. */
const project = (name: string, timeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
  },
})

export default defineConfig({
  test: { projects: [project('unit', 10_000), project('infra', 120_000), project('flow', 90_000)] },
})
