/** Bundles the sandbox's daemon into one file, because a sandbox sees neither this folder nor node_modules. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

/** A process that starts several servers bundles once. */
let bundled: Uint8Array | undefined

/** Writes the bundle to `folder` and returns its path. */
export function bundleDaemon(folder: string): string {
  const outfile = join(folder, 'envd.cjs')
  bundled ??= bundle()
  writeFileSync(outfile, bundled)
  return outfile
}

function bundle(): Uint8Array {
  const { outputFiles } = buildSync({
    absWorkingDir: import.meta.dirname,
    entryPoints: ['envd/main.ts'],
    bundle: true,
    platform: 'node',
    // An ES module would load every part of each built-in module that it imports.
    format: 'cjs',
    target: 'node24',
    logLevel: 'silent',
    write: false,
  })
  return Buffer.concat(outputFiles.map(({ contents }) => contents))
}
