/** Hands over a worker's artifacts: asks the callback for links, and uploads to them. */

import type { Result, UploadLink } from '../src/contract/runner.ts'
import type { Callback } from './callback.ts'
import { type CollectedFile, type Collection, collectArtifacts } from './collect-artifacts.ts'
import { messageOf } from './failure.ts'
import { request } from './retry.ts'

/** For all of them together, in milliseconds: the leg's sandbox lives five minutes longer than its time limit. */
const UPLOAD_FOR = 120_000
const REFUSALS_TOLD = 50

type HandedOver = Pick<Result, 'artifacts' | 'refusedArtifacts'>

/**
 * What was uploaded, and a line for whatever was not: no fault here is worth losing the result. Answers undefined when
 * the job is no longer the current one; throws when `signal` ends it.
 */
export async function handOver(
  home: string,
  callback: Pick<Callback, 'askForUploads'>,
  signal: AbortSignal,
): Promise<HandedOver | undefined> {
  try {
    const collection = await collectArtifacts(home)
    if (collection.files.length === 0) return told([], collection.refused)
    const answer = await callback.askForUploads(
      collection.files.map(({ content: _, ...file }) => file),
    )
    if (answer === undefined) return undefined
    if ('refused' in answer) return told([], [...collection.refused, `All: ${answer.refused}`])
    return await uploadAll(collection, answer.links, signal)
  } catch (error) {
    signal.throwIfAborted()
    return told([], [`All: they could not be handed over: ${messageOf(error)}`])
  }
}

async function uploadAll(
  { files, refused }: Collection,
  links: readonly UploadLink[],
  signal: AbortSignal,
): Promise<HandedOver> {
  const deadline = Date.now() + UPLOAD_FOR
  const uploaded: string[] = []
  const failed: string[] = []
  for (const file of files) {
    const problem = await upload(file, links, { forMs: deadline - Date.now(), signal })
    if (problem === undefined) uploaded.push(file.name)
    else failed.push(`"${file.name}" could not be uploaded: ${problem}`)
  }
  return told(uploaded, [...failed, ...refused])
}

/** Why it did not succeed, or nothing. */
async function upload(
  { name, content }: CollectedFile,
  links: readonly UploadLink[],
  persistence: { forMs: number; signal: AbortSignal },
): Promise<string | undefined> {
  const link = links.find((each) => each.name === name)
  if (!link) return 'there is no link for it'
  if (persistence.forMs <= 0) return 'time was up'
  try {
    const put = { method: 'PUT' as const, headers: link.headers, body: content }
    const { ok, status } = await request(link.url, put, persistence)
    // The address is left out: its query is a credential.
    return ok ? undefined : `HTTP ${status}`
  } catch (error) {
    persistence.signal.throwIfAborted()
    return messageOf(error)
  }
}

function told(artifacts: string[], refused: readonly string[]): HandedOver {
  const more = refused.length - REFUSALS_TOLD
  const lines = refused.slice(0, REFUSALS_TOLD).map((line) => line.slice(0, 500).toWellFormed())
  return {
    ...(artifacts.length > 0 && { artifacts }),
    ...(refused.length > 0 && {
      refusedArtifacts: more > 0 ? [...lines, `and ${more} more`] : lines,
    }),
  }
}
