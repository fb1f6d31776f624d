/** Finds which parts of the checkout a file belongs to: some functions, or the server. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { bundleFunctions, bundleInto, type MadeOf, sourcesOf } from '../../lib/synthesis/bundles.ts'

/** The effect that a change should have. */
export type Effect =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'restart' }
  /** Folders of new code, by function name. */
  | { readonly kind: 'functions'; readonly folders: Readonly<Record<string, string>> }

export interface Sources {
  /**
   * Returns the effect that a change of these files, relative to the checkout, should have, and bundles the code
   * of changed functions. Throws esbuild's errors if one cannot be bundled.
   */
  effectOf(files: readonly string[]): Promise<Effect>
}

/** Call it when functions and server are up to date with the sources. */
export async function readSources(root: string): Promise<Sources> {
  const outdir = path.join(root, 'dist', 'dev')
  const server = await serverSources(root)
  let functions: MadeOf = sourcesOf(await bundleFunctions(root))
  return {
    effectOf: async (files) => {
      const sources = files.filter((file) => /\.(tsx?|json|md|css|html|svg)$/.test(file))
      if (sources.length === 0) return { kind: 'nothing' }
      const concerned = Object.entries(functions).filter(([, made]) =>
        made.some((file) => sources.includes(file)),
      )
      const known = sources.every((file) => concerned.some(([, made]) => made.includes(file)))
      if (!known || sources.some((file) => server.has(file))) return { kind: 'restart' }
      const names = concerned.map(([name]) => name)
      functions = { ...functions, ...(await bundleInto(outdir, root, names, { minify: false })) }
      // The package.json above declares ES modules, but the bundles are CommonJS.
      writeFileSync(path.join(outdir, 'package.json'), '{}\n')
      const folders = names.map((name) => [name, path.join(outdir, name)] as const)
      return { kind: 'functions', folders: Object.fromEntries(folders) }
    },
  }
}

/** Returns the source files of the server, the template and the runner. */
async function serverSources(root: string): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    entryPoints: ['local/start.ts', 'lib/synthesis/synthesise.ts', 'sandbox/runner.ts'],
    absWorkingDir: root,
    outdir: 'dist',
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    metafile: true,
    logLevel: 'error',
  })
  return new Set(Object.keys(metafile.inputs))
}
