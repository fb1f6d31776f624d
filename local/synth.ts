/** Synthesises the app as the CDK's command line does, without the second that starting it takes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { openAssembly } from '../lib/synthesis/assembly.ts'

/** The context that the command line adds to cdk.json, so that the template is the same. */
const ADDED = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:disable-version-reporting': true,
}

/**
 * Returns the folder of the cloud assembly, synthesising it if anything has changed. It is not the operator's
 * `cdk.out`, which may have been made with other `-c` options. Throws the output of a failed synthesis.
 */
export async function synthesise(root: string): Promise<string> {
  const assembly = path.join(root, 'dist', 'assembly')
  const { context: fromFile } = JSON.parse(readFileSync(path.join(root, 'cdk.json'), 'utf8'))
  const context = JSON.stringify({ ...fromFile, ...ADDED })
  if (!openAssembly(assembly, context).isCurrent)
    await runApp(root, { CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: context })
  return assembly
}

async function runApp(root: string, env: Readonly<Record<string, string>>): Promise<void> {
  const app = spawn(process.execPath, ['bin/app.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [printed, [code]] = await Promise.all([text(app.stderr), once(app, 'close')])
  if (code !== 0) throw new Error(`The stack cannot be synthesised:\n${printed}`)
}
