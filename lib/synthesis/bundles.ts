/** Bundles the code of all functions in one run of esbuild, and only if it has changed. */
import { randomUUID } from 'node:crypto'
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import * as z from 'zod'
import { fingerprint } from './fingerprint.ts'
import { addOnDemand, leaveOnDemand } from './on-demand.ts'
import { dropPackageMappings } from './trim-source-maps.ts'

const here = path.resolve(import.meta.dirname, '../..')

/** Where a function's own code may be. The lock file covers packages. */
const SOURCES = ['lambdas/**/*.ts', 'src/**/*.ts', 'docs/openapi.yaml']

/** Files that functions read at run time. They are YAML here and JSON in the bundle, so that no function has a parser. */
const DOCUMENTS = [{ fn: 'public-api', from: 'docs/openapi.yaml', to: 'openapi.json' }]

/** The code that bundles. When it changes, old bundles are outdated. */
const HOW = ['bundles.ts', 'on-demand.ts', 'trim-source-maps.ts'].map((file) =>
  readFileSync(path.join(import.meta.dirname, file), 'utf8'),
)

const bundling = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  // Starts faster than an ES module, which loads every export of each built-in module that it imports.
  format: 'cjs',
  mainFields: ['module', 'main'],
  sourcemap: true,
  // The source map is read at every cold start. Stack traces need positions but no source text.
  sourcesContent: false,
  // An imported built-in module is also loaded whole, so turn on-demand imports into `require`.
  supported: { 'dynamic-import': false },
  // Bundled ES modules may use import.meta.url, which CommonJS lacks.
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': 'moduleUrl' },
  alias: {
    '@aws-sdk/credential-provider-node': './src/adapters/substitutes/credentials.ts',
    'dockerfile-ast': './src/adapters/substitutes/dockerfile-ast.ts',
  },
  logLevel: 'error',
} satisfies BuildOptions

/**
 * Bundles every function `lambdas/<name>/handler.ts` below `root`, unless bundles of the same sources exist. Returns
 * the folder that contains each function's `index.js` and source map, in a folder of the function's name. Throws
 * esbuild's error if a function cannot be bundled, and an error if one imports a file whose changes would go unnoticed.
 */
export async function bundleFunctions(root = here): Promise<string> {
  const folder = path.join(root, 'dist', 'functions')
  const bundles = path.join(folder, fingerprint(root, SOURCES, HOW))
  if (existsSync(bundles)) return bundles
  const building = path.join(folder, `.${randomUUID()}`)
  const names = globSync('*/handler.ts', { cwd: path.join(root, 'lambdas') }).map(path.dirname)
  const made = await bundleInto(building, root, names.sort())
  refuseUnknownSources(Object.values(made).flat())
  writeFileSync(path.join(building, MADE_OF), JSON.stringify(made))
  // Old bundles that are still needed were copied into an assembly.
  for (const old of globSync('[0-9a-f]*', { cwd: folder }))
    rmSync(path.join(folder, old), { recursive: true, force: true })
  keep(building, bundles)
  return bundles
}

/** Returns the source files of each function in this folder of bundles, relative to the checkout. */
export const sourcesOf = (bundles: string): MadeOf =>
  madeOf.parse(JSON.parse(readFileSync(path.join(bundles, MADE_OF), 'utf8')))

const MADE_OF = 'made-of.json'
const madeOf = z.record(z.string(), z.array(z.string()))
export type MadeOf = z.infer<typeof madeOf>

/** Bundles functions into folders of their names in `outdir`. Returns the source files of each. */
export async function bundleInto(
  outdir: string,
  root: string,
  names: readonly string[],
  { minify = true } = {},
): Promise<MadeOf> {
  const options = { ...bundling, absWorkingDir: root, outdir, minify }
  const { plugin, modules } = leaveOnDemand()
  const { metafile } = await build({
    ...options,
    entryPoints: names.map((name) => `lambdas/${name}/handler.ts`),
    outbase: 'lambdas',
    entryNames: '[dir]/index',
    plugins: [plugin],
    metafile: true,
  })
  const onDemand = await addOnDemand(metafile, modules, options)
  for (const map of globSync('*/*.js.map', { cwd: outdir }))
    dropPackageMappings(path.join(outdir, map))
  for (const { fn, from, to } of DOCUMENTS)
    if (names.includes(fn)) await writeAsJson(path.join(root, from), path.join(outdir, fn, to))
  const bundles = Object.entries(metafile.outputs).flatMap(([output, { entryPoint, inputs }]) => {
    if (entryPoint === undefined) return []
    const sources = [...Object.keys(inputs), ...(onDemand.get(output) ?? [])]
    return [[path.basename(path.dirname(entryPoint)), sources] as const]
  })
  return Object.fromEntries(bundles)
}

/** Loads the parser only here, because most starts find current bundles. */
async function writeAsJson(yamlFile: string, jsonFile: string): Promise<void> {
  const { parse } = await import('yaml')
  writeFileSync(jsonFile, JSON.stringify(parse(readFileSync(yamlFile, 'utf8'))))
}

/** Moves the bundles into place. If another process has made the same bundles, those are kept. */
function keep(building: string, bundles: string): void {
  try {
    renameSync(building, bundles)
  } catch (error) {
    if (!existsSync(bundles)) throw error
    rmSync(building, { recursive: true })
  }
}

function refuseUnknownSources(inputs: readonly string[]): void {
  const unknown = [...new Set(inputs)].filter(
    (input) =>
      !input.includes('node_modules/') && !SOURCES.some((known) => path.matchesGlob(input, known)),
  )
  if (unknown.length > 0)
    throw new Error(
      `A function imports ${unknown.join(', ')}, which is not among the SOURCES of lib/synthesis/bundles.ts. Add its folder there, because its changes would not be bundled.`,
    )
}
