/** Bundles the runner into one file, which is installed in sandboxes as `baton-runner`. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'

/** Writes the runner to `file` as an executable that only needs Node (20.19 or later) on PATH. */
export const bundleRunner = (file: string): Promise<void> =>
  bundleExecutable(path.join(import.meta.dirname, 'runner.ts'), file)

/** By entry: a process that starts several sandbox servers bundles each once. */
const bundled = new Map<string, Promise<Uint8Array>>()

/** Bundles any module into an executable. */
export async function bundleExecutable(entry: string, file: string): Promise<void> {
  const bundling = bundled.get(entry) ?? bundle(entry)
  bundled.set(entry, bundling)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, await bundling)
  await chmod(file, 0o755)
}

/**
 * It is CommonJS, because an ES module loads every part of each built-in module that it imports, which would take most of
 * the time at the start of a process.
 */
async function bundle(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    // Only the file's name, because esbuild would treat a `*` in a folder's name as a pattern.
    absWorkingDir: path.dirname(entry),
    entryPoints: [path.basename(entry)],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // Keep on-demand imports on demand.
    supported: { 'dynamic-import': false },
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'silent',
    write: false,
  })
  return Buffer.concat(outputFiles.map(({ contents }) => contents))
}
