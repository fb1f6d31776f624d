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

/**
 * Bundles the runtime once, because stripping its types at every cold start would take 25 ms. It is CommonJS,
 * because an ES module would load every part of each built-in module it imports.
 */
export async function bundleRuntime(stateDir: string): Promise<string> {
  const outfile = path.join(stateDir, 'lambda-runtime.cjs')
  await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: ['lambda-runtime/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  })
  return outfile
}
