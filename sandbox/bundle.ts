/** Bundles the runner into the one file that is installed in a sandbox as `baton-runner`. */
import { chmod } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'

/** Writes the runner to `file` as an executable that needs nothing but Node (20.19 or later) on PATH. */
export const bundleRunner = (file: string): Promise<void> =>
  bundleExecutable(path.join(import.meta.dirname, 'runner.ts'), file)

/** The same of any module. */
export async function bundleExecutable(entry: string, file: string): Promise<void> {
  await build({
    // By its name alone: esbuild would take a `*` in a folder's name for a pattern.
    absWorkingDir: path.dirname(entry),
    entryPoints: [path.basename(entry)],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'silent',
  })
  await chmod(file, 0o755)
}
