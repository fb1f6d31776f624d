/** Restores a Claude Code session's transcript before a job, and saves it for the next job. */
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Job } from '../src/contract/runner.ts'
import { request } from './retry.ts'

const TRANSFER_FOR = 60_000

export type Transcripts = {
  /**
   * Makes the session start from exactly the transcript that the job names, or from none. Removes what an earlier attempt
   * left. Returns false if the named transcript no longer exists.
   */
  restore(): Promise<boolean>
  /** Saves and uploads the transcript. Returns whether there was one. Throws if the upload does not succeed within 1 min. */
  save(): Promise<boolean>
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

  /** Deletes older transcripts. The next job starts from this job's transcript, or from the same one as this job. */
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

/** Writes under a temporary name first, so that an interrupted runner leaves no partial transcript. */
async function write(content: Uint8Array, path: string) {
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(`${path}.new`, content)
  await rename(`${path}.new`, path)
}

/** Returns false if the transcript no longer exists. S3 responds with 403 then, because a link allows no listing. */
async function download(url: string, path: string, signal: AbortSignal): Promise<boolean> {
  const { ok, status, content } = await request(url, {}, { forMs: TRANSFER_FOR, signal })
  if ([403, 404, 410].includes(status)) return false
  // Leave out the URL, because its query is a credential.
  if (!ok) throw new Error(`could not download the transcript: HTTP ${status}`)
  await write(content, path)
  return true
}

async function upload(url: string, body: Uint8Array, signal: AbortSignal) {
  const put = { method: 'PUT' as const, body }
  const { ok, status } = await request(url, put, { forMs: TRANSFER_FOR, signal })
  if (!ok) throw new Error(`could not upload the transcript: HTTP ${status}`)
}
