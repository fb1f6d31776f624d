/** Puts a Claude Code session's transcript in place before a job, and keeps it for the next one afterwards. */
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Job } from '../src/contract/runner.ts'
import { request } from './retry.ts'

const TRANSFER_FOR = 60_000

export type Transcripts = {
  /**
   * The session then starts from exactly the transcript that the job names, or from none: an earlier attempt is
   * forgotten. Answers false when the one it names is not to be had any more.
   */
  restore(): Promise<boolean>
  /** Keeps and uploads what there is, and answers whether there was one; throws when the upload does not succeed within 1 min. */
  save(): Promise<boolean>
}

/** The transcripts of one job, in the sandbox whose home folder is `home`. */
export function transcriptsOf(
  job: Job,
  { home, redact }: { home: string; redact: (text: string) => string },
  signal: AbortSignal,
): Transcripts {
  const { cliSession, resume, save } = job
  const kept = join(home, '.baton', 'transcripts')
  const projects = join(home, '.claude', 'projects')
  const keptAs = (key: string) => join(kept, `${encodeURIComponent(key)}.jsonl`)

  /** Claude Code files a session below the folder it was started in, and finds it below any. */
  async function places(): Promise<string[]> {
    const folders = await readdir(projects).catch(() => [])
    return folders.map((folder) => join(projects, folder, cliSession))
  }

  return {
    async restore() {
      for (const place of await places()) {
        await rm(`${place}.jsonl`, { force: true })
        // Large outputs that the history refers to lie here; a session that begins anew has none.
        if (!resume) await rm(place, { recursive: true, force: true })
      }
      if (!resume) return true
      const source = keptAs(resume.key)
      if (!(await exists(source)) && !(await download(resume.url, source, signal))) return false
      const folder = join(projects, 'baton')
      await mkdir(folder, { recursive: true })
      await copyFile(source, join(folder, `${cliSession}.jsonl`))
      return true
    },

    async save() {
      let saved = false
      for (const place of await places()) {
        if (!(await exists(`${place}.jsonl`))) continue
        const content = Buffer.from(redact(await readFile(`${place}.jsonl`, 'utf8')))
        await write(content, keptAs(save.key))
        await prune([keptAs(save.key), ...(resume ? [keptAs(resume.key)] : [])])
        await upload(save.url, content, signal)
        saved = true
      }
      return saved
    },
  }

  /** The next job starts from this one's transcript, or from the same as this one; older ones only fill the disk. */
  async function prune(needed: readonly string[]) {
    for (const name of await readdir(kept)) {
      const path = join(kept, name)
      if (!needed.includes(path)) await rm(path, { force: true })
    }
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

/** By way of a new name, so that a runner that is ended half-way leaves no half transcript. */
async function write(content: Uint8Array, path: string) {
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(`${path}.new`, content)
  await rename(`${path}.new`, path)
}

/** Answers false for a transcript that is gone: S3 says 403 to who may not list, as a link's holder may not. */
async function download(url: string, path: string, signal: AbortSignal): Promise<boolean> {
  const { ok, status, content } = await request(url, {}, { forMs: TRANSFER_FOR, signal })
  if ([403, 404, 410].includes(status)) return false
  // The address is left out: its query is a credential.
  if (!ok) throw new Error(`the transcript to resume from: HTTP ${status}`)
  await write(content, path)
  return true
}

async function upload(url: string, body: Uint8Array, signal: AbortSignal) {
  const put = { method: 'PUT' as const, body }
  const { ok, status } = await request(url, put, { forMs: TRANSFER_FOR, signal })
  if (!ok) throw new Error(`uploading the transcript: HTTP ${status}`)
}
