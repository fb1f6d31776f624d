/** Bundles the sandbox's daemon into one file, because a sandbox sees neither this folder nor node_modules. */
import { join } from 'node:path'
import { buildSync } from 'esbuild'

/** Writes the bundle to `folder` and returns its path. */
export function bundleDaemon(folder: string): string {
  const outfile = join(folder, 'envd.cjs')
  buildSync({
    absWorkingDir: import.meta.dirname,
    entryPoints: ['envd/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    // An ES module would load every part of each built-in module that it imports.
    format: 'cjs',
    target: 'node24',
    logLevel: 'silent',
  })
  return outfile
}
