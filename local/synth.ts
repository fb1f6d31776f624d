/** Synthesises the app with the CDK's own command line, unless the last synthesis is newer than everything it came from. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, statSync } from 'node:fs'
import path from 'node:path'

const SOURCES = [
  'bin/**/*.ts',
  'lib/**/*.ts',
  'lambdas/**/*.ts',
  'sandbox/**/*.ts',
  'cdk.json',
  'package-lock.json',
]

/** Answers the folder of the cloud assembly. Throws with what `cdk synth` said when it fails. */
export async function synthesise(root: string): Promise<string> {
  const assembly = path.join(root, 'cdk.out')
  if (!isCurrent(root, assembly)) await cdkSynth(root)
  return assembly
}

function isCurrent(root: string, assembly: string): boolean {
  const manifest = path.join(assembly, 'manifest.json')
  if (!existsSync(manifest)) return false
  const made = statSync(manifest).mtimeMs
  const sources = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root }))
  return sources.every((file) => statSync(path.join(root, file)).mtimeMs < made)
}

async function cdkSynth(root: string): Promise<void> {
  const bin = path.join(root, 'node_modules', '.bin')
  const child = spawn(path.join(bin, 'cdk'), ['synth', '--quiet', '--no-notices'], {
    cwd: root,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`cdk synth failed:\n${Buffer.concat(said)}`)
}
