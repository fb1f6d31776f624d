/** Runs bin/app.ts as `cdk synth` does, in an empty environment, without bundling the functions. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as z from 'zod'

const root = path.resolve(import.meta.dirname, '../../..')

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

/** The feature flags of cdk.json. */
export const { context } = z
  .object({ context: z.record(z.string(), z.unknown()) })
  .parse(readJson(path.join(root, 'cdk.json')))

const assembly = {
  template: 'Baton.template.json',
  manifest: 'manifest.json',
  report: 'validation-report.json',
} as const

/**
 * The app without choices, in a folder that is kept until the process ends. A test process runs it once, because that takes
 * five seconds.
 */
export const standardApp = memo(() => {
  const outdir = mkdtempSync(path.join(tmpdir(), 'baton-standard-'))
  process.once('exit', () => rmSync(outdir, { recursive: true }))
  return { outdir, ...runAppInto(outdir) }
})

function memo<Made>(make: () => Made): () => Made {
  let made: { readonly it: Made } | undefined
  return () => {
    made ??= { it: make() }
    return made.it
  }
}

/** `choices` are those of `cdk -c name=value`, `settingsFile` is a baton.json. A file that was not written is undefined. */
export function runApp(choices: Readonly<Record<string, string>> = {}, settingsFile = '') {
  const outdir = mkdtempSync(path.join(tmpdir(), 'baton-synth-'))
  try {
    return runAppInto(outdir, choices, settingsFile)
  } finally {
    rmSync(outdir, { recursive: true })
  }
}

/** The same into a folder that is kept. */
export function runAppInto(
  outdir: string,
  choices: Readonly<Record<string, string>> = {},
  settingsFile = '',
) {
  const { status, stderr } = spawnSync(process.execPath, ['bin/app.ts'], {
    cwd: root,
    encoding: 'utf8',
    env: {
      CDK_OUTDIR: outdir,
      // Loading the CDK is a third of a run, and each run loads the same.
      NODE_COMPILE_CACHE: path.join(root, 'dist', 'compiled'),
      BATON_SETTINGS: settingsFile,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, 'aws:cdk:bundling-stacks': [], ...choices }),
    },
  })
  const written = (file: string) =>
    existsSync(path.join(outdir, file)) ? readJson(path.join(outdir, file)) : undefined
  return {
    exitCode: status,
    stderr,
    template: written(assembly.template),
    manifest: written(assembly.manifest),
    report: written(assembly.report),
  }
}
