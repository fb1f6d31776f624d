/** Restores a Claude Code session's transcript before a job, and saves it for the next job. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { Job } from '../src/contract/runner.ts'
import { request } from './retry.ts'
import { isMissing, reasonOf } from './s3-refusal.ts'
import { upload } from './upload.ts'

const TRANSFER_FOR = 60_000

export type Transcripts = {
  /**
   * Makes the session start from exactly the transcript that the job names, or from none. Removes what an earlier attempt
   * left. Returns false if the named transcript no longer exists.
   */
  restore(): Promise<boolean>
  /**
   * Saves and uploads the transcript of the job with this prompt. Throws if there is none, if it is torn (it does not
   * continue the one that the job started from, or lacks the prompt), or if the upload does not succeed within 1 min. A
   * torn transcript replaces nothing. Throws `ConversationDeleted` if nothing may be saved any more.
   */
  save(prompt: string): Promise<void>
}

/** Returns the transcripts of one job in the sandbox with the home folder `home`. */
export function transcriptsOf(
  job: Job,
  { home, redact }: { home: string; redact: (text: string) => string },
  signal: AbortSignal,
): Transcripts {
  const { cliSession, resume, save } = job
  const kept = join(home, '.baton', 'transcripts')
  const projects = join(home, '.claude', 'projects')
  const keptAs = (key: string) => join(kept, `${encodeURIComponent(key)}.jsonl`)
  /** What the session started from. In memory, because commands of the model may change every file. */
  let start = ''

  /** Claude Code stores a session below the folder where it was started, and finds it below any folder. */
  async function places(): Promise<string[]> {
    const folders = await readdir(projects).catch(() => [])
    return folders.map((folder) => join(projects, folder, cliSession))
  }

  return {
    async restore() {
      for (const place of await places()) {
        await rm(`${place}.jsonl`, { force: true })
        // Large outputs that a transcript refers to are here. A new session has none.
        if (!resume) await rm(place, { recursive: true, force: true })
      }
      if (!resume) return true
      const source = keptAs(resume.key)
      if (!(await exists(source)) && !(await download(resume.url, source, signal))) return false
      const folder = join(projects, 'baton')
      await mkdir(folder, { recursive: true })
      start = await readFile(source, 'utf8')
      await writeFile(join(folder, `${cliSession}.jsonl`), start)
      return true
    },

    async save(prompt) {
      const found: string[] = []
      for (const place of await places())
        if (await exists(`${place}.jsonl`))
          found.push(redact(await readFile(`${place}.jsonl`, 'utf8')))
      if (found.length === 0) throw new Error('Claude Code left no transcript')
      const whole = found.find((content) => continues(content, start, redact(prompt)))
      if (whole === undefined)
        throw new Error('the transcript is torn: what came before is missing from it')
      const content = Buffer.from(whole)
      await write(content, keptAs(save.key))
      await prune([keptAs(save.key), ...(resume ? [keptAs(resume.key)] : [])])
      const persistence = { forMs: TRANSFER_FOR, signal }
      const { url, headers = {} } = save
      const refused = await upload(url, { headers, body: content }, persistence)
      // Leave out the URL, because its query is a credential.
      if (refused !== undefined) throw new Error(`could not upload the transcript: HTTP ${refused}`)
    },
  }

  /** Deletes older transcripts. The next job starts from this job's transcript, or from the same one as this job. */
  async function prune(needed: readonly string[]) {
    for (const name of await readdir(kept)) {
      const path = join(kept, name)
      if (!needed.includes(path)) await rm(path, { force: true })
    }
  }
}

/** Claude Code only appends to a transcript. If its file is removed meanwhile, it goes on in a new one, as if nothing was. */
function continues(content: string, start: string, prompt: string): boolean {
  if (!content.startsWith(start)) return false
  return content
    .slice(start.length)
    .split('\n')
    .some((line) => isPrompt(line, prompt))
}

const promptLine = z.object({
  type: z.literal('user'),
  message: z.object({
    content: z
      .union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))])
      .transform((content) => (typeof content === 'string' ? [{ text: content }] : content)),
  }),
})

function isPrompt(line: string, prompt: string): boolean {
  if (!line.includes('"user"')) return false
  try {
    const parsed = promptLine.safeParse(JSON.parse(line))
    return parsed.data?.message.content.some(({ text }) => text?.trim() === prompt.trim()) ?? false
  } catch {
    // A line that was cut off when Claude Code was killed.
    return false
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Writes under a temporary name first, so that an interrupted runner leaves no partial transcript. */
async function write(content: Uint8Array, path: string) {
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(`${path}.new`, content)
  await rename(`${path}.new`, path)
}

/** Returns false if the transcript no longer exists. Throws if it may exist but cannot be fetched. */
async function download(url: string, path: string, signal: AbortSignal): Promise<boolean> {
  const answer = await request(url, {}, { forMs: TRANSFER_FOR, signal })
  if (isMissing(answer)) return false
  if (!answer.ok) throw new Error(`could not download the transcript: ${reasonOf(answer)}`)
  await write(answer.content, path)
  return true
}
