/** Every function's bundle stays within its budget: what each cold start reads, runs and keeps. */
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { limitsOf, readBudget, UPDATE } from '../../bench/bundles/budget.ts'
import { type Bundle, bundlesOf, isOnDemand } from '../../bench/bundles/bundles.ts'
import { openImports } from '../../bench/bundles/imports.ts'
import { bundleFunctions, sourcesOf } from '../../lib/synthesis/bundles.ts'
import { synthesise } from '../../local/synth.ts'
import { loadTemplate } from '../../packages/local-aws/src/template.ts'
import { mapLimit } from '../support/map-limit.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bundles = bundlesOf(
  loadTemplate(await synthesise(root)),
  sourcesOf(await bundleFunctions(root)),
)
const budget = readBudget()
const imports = openImports()
afterAll(() => imports.close())

/** Returns the budget of a bundle, or undefined if it has none. */
const limit = (name: string, part: keyof ReturnType<typeof limitsOf>) => {
  const allowance = budget[name]
  return allowance ? limitsOf(allowance)[part] : 0
}

const hint = `is it worth that? Then: ${UPDATE}`

test('every function has a bundle, and every bundle a budget', () => {
  expect(bundles.length).toBeGreaterThan(10)
  expect(
    bundles.map(({ name }) => name),
    hint,
  ).toEqual(Object.keys(budget).sort())
})

test('no bundle exceeds its budget in size or number of modules', () => {
  const sizes = bundles.map(({ name, bytes, sources }) => ({
    name,
    bytes,
    modules: sources.length,
  }))
  const over = sizes.filter(
    ({ name, bytes, modules }) => bytes > limit(name, 'bytes') || modules > limit(name, 'modules'),
  )
  expect(over, hint).toEqual([])
  // Makes sure that the modules are found at all.
  expect(sizes.filter(({ modules }) => modules === 0)).toEqual([])
})

/** An import that seems too slow is retried: a busy machine slows one, not all. */
const MOST_IMPORTS = 8

/** Compares with reference imports in between, so that both see the same load; the fastest of each counts. */
async function fairRatio(bundle: Bundle): Promise<number> {
  let [own, reference] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let i = 0; i < MOST_IMPORTS; i++) {
    own = Math.min(own, (await imports.bundle(bundle)).cpuMs)
    reference = Math.min(reference, (await imports.reference()).cpuMs)
    if (own / reference <= limit(bundle.name, 'importRatio')) break
  }
  return own / reference
}

test('no import exceeds its budget of memory or CPU time', async () => {
  const reference = (await imports.reference()).cpuMs
  const costs: { name: string; heapKb: number; importRatio: number }[] = []
  await mapLimit(bundles, 2, async (bundle) => {
    const { cpuMs, heapKb } = await imports.bundle(bundle)
    const first = cpuMs / reference
    const isSlow = first > limit(bundle.name, 'importRatio')
    const importRatio = isSlow ? await fairRatio(bundle) : first
    costs.push({ name: bundle.name, heapKb, importRatio })
  })
  expect(costs).toHaveLength(bundles.length)
  const over = costs.filter(
    ({ name, heapKb, importRatio }) =>
      heapKb > limit(name, 'heapKb') || importRatio > limit(name, 'importRatio'),
  )
  expect(over, hint).toEqual([])
})

test('none contains the libraries of Twilio or SendGrid, which are large and retry by themselves', () => {
  const packages = (name: string) =>
    bundles.filter(({ sources }) =>
      sources.some((source) => source.includes(`node_modules/${name}/`)),
    )
  // Makes sure that packages can be found in this way.
  expect(packages('zod').length).toBe(bundles.filter(({ name }) => !isOnDemand(name)).length)
  for (const name of ['twilio', '@sendgrid'])
    expect(packages(name).map((each) => each.name)).toEqual([])
})
