/** Bundles the runner into the one file that is installed in a sandbox as `baton-runner`. */
import { chmod } from 'node:fs/promises'
import { build } from 'esbuild'

/** Writes the runner to `path` as an executable that needs nothing but Node (20.19 or later) on PATH. */
export const bundleRunner = (path: string): Promise<void> =>
  bundleExecutable(new URL('./runner.ts', import.meta.url).pathname, path)

/** The same of any module. */
export async function bundleExecutable(entry: string, path: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'silent',
  })
  await chmod(path, 0o755)
}
