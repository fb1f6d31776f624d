/** Synthesises the app as the CDK's command line does, without the second that starting it takes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { openAssembly, UNCHECKED } from '../lib/synthesis/assembly.ts'

/** The context that the command line adds to cdk.json, so that the template is the same. */
const ADDED = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:disable-version-reporting': true,
}

/** Feature flags of the CDK. The rest of cdk.json's context are settings of a deployment. */
const isFlag = ([name]: [string, unknown]) => /^@?aws-cdk[:/]|^aws:cdk:/.test(name)

/**
 * Returns the folder of the cloud assembly, synthesising it if anything has changed. It is neither the operator's
 * `cdk.out`, which other commands of the CDK write too, nor made with all of the operator's settings: with another
 * domain, another number or another model's provider, nothing would work on this machine. `settings` are those that
 * apply here. Throws the output of a failed synthesis.
 */
export async function synthesise(
  root: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  // Tests need the one without settings, at the same time.
  const folder = Object.keys(settings).length > 0 ? 'assembly-with-settings' : 'assembly'
  const assembly = path.join(root, 'dist', folder)
  const { context: fromFile } = JSON.parse(readFileSync(path.join(root, 'cdk.json'), 'utf8'))
  const flags = Object.fromEntries(Object.entries(fromFile).filter(isFlag))
  const context = JSON.stringify({ ...flags, ...ADDED, [UNCHECKED]: true, ...settings })
  // Of the settings only those that are part of the context apply here, and none of baton.json.
  if (!openAssembly(assembly, context, {}).isCurrent)
    await runApp(root, { CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: context })
  return assembly
}

async function runApp(root: string, env: Readonly<Record<string, string>>): Promise<void> {
  const { PATH, HOME, TMPDIR } = process.env
  const app = spawn(process.execPath, ['bin/app.ts'], {
    cwd: root,
    env: { PATH, HOME, TMPDIR, BATON_SETTINGS: '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [printed, [code]] = await Promise.all([text(app.stderr), once(app, 'close')])
  if (code !== 0) throw new Error(`The stack cannot be synthesised:\n${printed}`)
}
