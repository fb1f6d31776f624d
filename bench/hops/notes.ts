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

/** Returns the notes of each sandbox that is there, in their order. */
const notesBySandbox = (stateDir: string): z.infer<typeof note>[][] =>
  globSync(path.join(stateDir, 'e2b', '**', 'bench-notes.jsonl')).map((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      // The last one is empty, and so is a file that is only just made.
      .filter((line) => line !== '')
      .map((line) => note.parse(JSON.parse(line))),
  )

const readNotes = (stateDir: string) => notesBySandbox(stateDir).flat()

export const startsIn = (stateDir: string): Start[] =>
  readNotes(stateDir).filter((each) => each.kind === 'start')

/** Returns the first start in each sandbox, in the order of these starts. */
export const firstStartsIn = (stateDir: string): Start[] =>
  notesBySandbox(stateDir)
    .flatMap((notes) => notes.find((each) => each.kind === 'start') ?? [])
    .sort((a, b) => a.cli - b.cli)

export const cliCpuSeconds = (stateDir: string): number =>
  readNotes(stateDir).reduce(
    (total, each) => total + (each.kind === 'end' ? each.cpuSeconds : 0),
    0,
  )
