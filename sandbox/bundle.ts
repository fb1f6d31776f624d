/** Bundles the runner into one file, which is installed in sandboxes as `baton-runner`. */
import { chmod } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'

/** Writes the runner to `file` as an executable that only needs Node (20.19 or later) on PATH. */
export const bundleRunner = (file: string): Promise<void> =>
  bundleExecutable(path.join(import.meta.dirname, 'runner.ts'), file)

/**
 * Bundles any module into an executable. It is CommonJS, because an ES module loads every part of each built-in module
 * that it imports, which would take most of the time at the start of a process.
 */
export async function bundleExecutable(entry: string, file: string): Promise<void> {
  await build({
    // Only the file's name, because esbuild would treat a `*` in a folder's name as a pattern.
    absWorkingDir: path.dirname(entry),
    entryPoints: [path.basename(entry)],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // Keep on-demand imports on demand.
    supported: { 'dynamic-import': false },
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'silent',
  })
  await chmod(file, 0o755)
}
