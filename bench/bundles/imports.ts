/** Measures imports, each in its own process: CPU time and retained heap. */
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import * as z from 'zod'
import type { Bundle } from './bundles.ts'
import { referenceSource } from './reference.ts'

const importCost = z.object({ cpuMs: z.number(), heapKb: z.number() })

export type ImportCost = z.infer<typeof importCost>

export interface Imports {
  /** Imports a function's bundle once, with its environment. */
  bundle(bundle: Bundle): Promise<ImportCost>
  /** Imports the reference once. */
  reference(): Promise<ImportCost>
  close(): void
}

const run = promisify(execFile)

/** The variables that Lambda sets in addition to the template's. */
const LAMBDA = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_LAMBDA_FUNCTION_NAME: 'measured',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
}

/** Modules are imported from their own folder, because a package.json further up would set their module type. */
export function openImports(): Imports {
  const folder = mkdtempSync(path.join(tmpdir(), 'baton-imports-'))
  const place = (name: string) => {
    const own = path.join(folder, name)
    mkdirSync(own, { recursive: true })
    writeFileSync(path.join(own, 'package.json'), '{}')
    return path.join(own, 'index.js')
  }
  const reference = place('reference')
  writeFileSync(reference, referenceSource())
  return {
    async bundle({ name, file, variables }) {
      const copy = place(name)
      for (const suffix of ['', '.map'])
        if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix)
      return measure(copy, { ...variables, ...LAMBDA })
    },
    reference: () => measure(reference, LAMBDA),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function measure(file: string, env: Readonly<Record<string, string>>): Promise<ImportCost> {
  const script = path.join(import.meta.dirname, 'import-one.ts')
  const { stdout } = await run(process.execPath, ['--expose-gc', script, file], {
    env: { PATH: process.env.PATH, ...env },
  })
  return importCost.parse(JSON.parse(stdout.slice(stdout.lastIndexOf('{'))))
}
