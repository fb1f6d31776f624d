/** An artifact of a worker: a short-lived link to it, or its beginning. */
import { downloadLink, readStart } from '../../src/adapters/objects.ts'
import { readWorker } from '../../src/adapters/workers.ts'
import { PREVIEW_BYTES } from '../../src/contract/api/preview.ts'
import { artifactsOf, uploadKey } from '../../src/core/artifacts.ts'
import { noWorker, Problem } from '../../src/http/problem.ts'

const LINK_SECONDS = 5 * 60

interface Wanted {
  readonly sessionId: string
  readonly workerId: string
  readonly name: string
}

/** Returns a link that downloads the artifact. Throws 404 if the worker has no artifact of this name, or it has expired. */
export async function artifactLink(wanted: Wanted): Promise<string> {
  const { key, name } = await find(wanted)
  return linkTo(key, name)
}

/** Returns its first bytes, and a link to all of it. Throws 404 like `artifactLink`. */
export async function artifactPreview(wanted: Wanted) {
  const { key, name, size } = await find(wanted)
  const link = await linkTo(key, name)
  const start = size > 0 ? await readStart(key, PREVIEW_BYTES) : new Uint8Array()
  if (!start) throw expired()
  const content = Buffer.from(start).toString('base64')
  return { name, size, content, isWhole: start.length >= size, link }
}

async function find({ sessionId, workerId, name }: Wanted) {
  const worker = await readWorker(sessionId, workerId)
  if (!worker || worker.verifies) throw noWorker()
  const found = artifactsOf(worker).find((each) => each.name === name.normalize('NFC'))
  if (!found)
    throw new Problem(
      404,
      `${workerId} has no artifact of this name. The worker's details list its artifacts.`,
    )
  return { key: uploadKey(worker, found), name: found.name, size: found.size }
}

async function linkTo(key: string, name: string): Promise<string> {
  const link = await downloadLink(key, { name, seconds: LINK_SECONDS })
  if (link === undefined) throw expired()
  return link
}

const expired = () =>
  new Problem(404, 'This artifact is no longer stored, because files expire like history.')
