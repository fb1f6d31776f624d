/** Bundles the runner into the one file that is installed in a sandbox as `baton-runner`. */
import { chmod } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'

/** Writes the runner to `file` as an executable that needs nothing but Node (20.19 or later) on PATH. */
export const bundleRunner = (file: string): Promise<void> =>
  bundleExecutable(path.join(import.meta.dirname, 'runner.ts'), file)

/**
 * The same of any module. CommonJS: an ES module loads every part of each built-in module that it names, which takes longer
 * than all else at the start of a process.
 */
export async function bundleExecutable(entry: string, file: string): Promise<void> {
  await build({
    // By its name alone: esbuild would take a `*` in a folder's name for a pattern.
    absWorkingDir: path.dirname(entry),
    entryPoints: [path.basename(entry)],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // What is imported on demand is loaded on demand.
    supported: { 'dynamic-import': false },
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'silent',
  })
  await chmod(file, 0o755)
}
