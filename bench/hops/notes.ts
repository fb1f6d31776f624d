/** Reads what the timed replacement of the CLI has recorded in the homes of sandboxes. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { bundleExecutable } from '../../sandbox/bundle.ts'

const start = z.object({
  kind: z.literal('start'),
  job: z.number(),
  runner: z.number(),
  locked: z.number(),
  cli: z.number(),
})
const end = z.object({ kind: z.literal('end'), cpuSeconds: z.number() })
const note = z.discriminatedUnion('kind', [start, end])

export type Start = z.infer<typeof start>

/** Bundles the replacement, for `claude` of startBaton. */
export async function timedClaude(folder: string): Promise<string> {
  const executable = path.join(folder, 'timed-claude')
  await bundleExecutable(path.join(import.meta.dirname, 'timed-claude.ts'), executable)
  return executable
}

/** Returns the records of all live sandboxes, in order for each sandbox. */
function readNotes(stateDir: string): z.infer<typeof note>[] {
  return globSync(path.join(stateDir, 'e2b', '**', 'bench-notes.jsonl')).flatMap((file) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => note.parse(JSON.parse(line))),
  )
}

export const startsIn = (stateDir: string): Start[] =>
  readNotes(stateDir).filter((each) => each.kind === 'start')

export const cliCpuSeconds = (stateDir: string): number =>
  readNotes(stateDir).reduce(
    (total, each) => total + (each.kind === 'end' ? each.cpuSeconds : 0),
    0,
  )
