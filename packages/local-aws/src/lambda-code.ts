/** Places a function's code and the Lambda runtime where a process can load them. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import type { Declared } from './stack.ts'
import type { Template } from './template.ts'

/** Returns the folder of a function's code: its asset, or inline code written to `stateDir`. */
export function codeFolder(
  { logicalId, properties: { Code } }: Declared<'AWS::Lambda::Function'>,
  template: Template,
  stateDir: string,
): string {
  const folder =
    'S3Key' in Code ? template.assetFolder(Code.S3Key) : path.join(stateDir, 'functions', logicalId)
  mkdirSync(folder, { recursive: true })
  if ('ZipFile' in Code) writeFileSync(path.join(folder, 'index.js'), Code.ZipFile)
  // On Lambda no folder above the code matters, so a package.json further up must not set its module type.
  const nearest = path.join(folder, 'package.json')
  if (!existsSync(nearest)) writeFileSync(nearest, '{}\n')
  return folder
}

let bundled: Promise<Uint8Array> | undefined

/**
 * Writes the bundled runtime and returns its path. A process bundles it once, because stripping its types at every cold start
 * would take 25 ms.
 */
export async function bundleRuntime(stateDir: string): Promise<string> {
  const outfile = path.join(stateDir, 'lambda-runtime.cjs')
  bundled ??= bundle()
  writeFileSync(outfile, await bundled)
  return outfile
}

/** It is CommonJS, because an ES module would load every part of each built-in module it imports. */
async function bundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: ['lambda-runtime/main.ts'],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    write: false,
  })
  return Buffer.concat(outputFiles.map(({ contents }) => contents))
}
