/**
 * Keeps large code that is rarely needed out of the functions' bundles. A module in a folder `on-demand` becomes a file of its
 * own beside each function that imports it, and a cold start reads it only when `import()` runs. esbuild splits ES modules
 * alone, and within one file it keeps all of a package that is imported on demand. The module has copies of what it imports,
 * so it must have no state.
 */
import { copyFileSync, globSync, rmSync } from 'node:fs'
import path from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'

/** What functions and modules have in common. */
type Common = Omit<BuildOptions, 'write' | 'metafile'> & { readonly absWorkingDir: string }

/** Remembers the modules that are imported on demand, and leaves them to Node, as `./<name>.js`. */
export function leaveOnDemand(): { plugin: Plugin; modules: ReadonlyMap<string, string> } {
  const modules = new Map<string, string>()
  const plugin: Plugin = {
    name: 'leave-on-demand',
    setup({ onResolve }) {
      onResolve({ filter: /\/on-demand\/[\w-]+\.ts$/ }, ({ path: file, kind, resolveDir }) => {
        if (kind !== 'dynamic-import')
          return { errors: [{ text: `${file} is for import() only, because it is large` }] }
        const output = `./${path.basename(file, '.ts')}.js`
        modules.set(output, path.join(resolveDir, file))
        return { path: output, external: true }
      })
    },
  }
  return { plugin, modules }
}

/**
 * Bundles these modules, and puts each beside the outputs of a build that import it. Returns the source files that each
 * output got in this way, by the output's path in the metafile.
 */
export async function addOnDemand(
  { outputs }: Metafile,
  modules: ReadonlyMap<string, string>,
  { outdir, ...options }: Common & { readonly outdir: string },
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (modules.size === 0) return new Map()
  const parts = path.join(outdir, '.on-demand')
  const made = await build({
    ...options,
    entryPoints: [...modules.values()],
    entryNames: '[name]',
    outdir: parts,
    metafile: true,
  })
  const sources = new Map(
    Object.entries(made.metafile.outputs).map(([file, { inputs }]) => [
      `./${path.basename(file)}`,
      Object.keys(inputs),
    ]),
  )
  const added = Object.entries(outputs).map(([output, { imports }]) => {
    const wanted = imports.map((each) => each.path).filter((file) => modules.has(file))
    for (const file of wanted.flatMap((name) =>
      globSync(`${path.basename(name)}*`, { cwd: parts }),
    ))
      copyFileSync(
        path.join(parts, file),
        path.resolve(options.absWorkingDir, path.dirname(output), file),
      )
    return [output, wanted.flatMap((name) => sources.get(name) ?? [])] as const
  })
  rmSync(parts, { recursive: true })
  return new Map(added)
}
