/** Hands over a worker's artifacts: asks the callback for links and uploads the files. */

import type { Result, UploadLink } from '../src/contract/runner.ts'
import type { Callback } from './callback.ts'
import { type CollectedFile, type Collection, collectArtifacts } from './collect-artifacts.ts'
import { messageOf } from './failure.ts'
import { ConversationDeleted, upload } from './upload.ts'

/** Time for all files together, in milliseconds. The leg's sandbox lives five minutes longer than the leg's limit. */
const UPLOAD_FOR = 120_000
const REFUSALS_LISTED = 50

type HandedOver = Pick<Result, 'artifacts' | 'refusedArtifacts'>

/**
 * Returns what was uploaded, and a line for each file that was not, because no error here is worth losing the result.
 * Returns undefined if the job is no longer the current one, or its conversation was deleted. Throws if `signal` aborts.
 */
export async function handOver(
  home: string,
  callback: Pick<Callback, 'askForUploads'>,
  signal: AbortSignal,
): Promise<HandedOver | undefined> {
  try {
    const collection = await collectArtifacts(home)
    if (collection.files.length === 0) return handedOver([], collection.refused)
    const answer = await callback.askForUploads(
      collection.files.map(({ content: _, ...file }) => file),
    )
    if (answer === undefined) return undefined
    if ('refused' in answer)
      return handedOver([], [...collection.refused, `All files: ${answer.refused}`])
    return await uploadAll(collection, answer.links, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ConversationDeleted) return undefined
    return handedOver([], [`All files: could not be handed over: ${messageOf(error)}`])
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
    const problem = await uploadFile(file, links, { forMs: deadline - Date.now(), signal })
    if (problem === undefined) uploaded.push(file.name)
    else failed.push(`"${file.name}" could not be uploaded: ${problem}`)
  }
  return handedOver(uploaded, [...failed, ...refused])
}

/** Uploads a file. Returns why it failed, or undefined. */
async function uploadFile(
  { name, content }: CollectedFile,
  links: readonly UploadLink[],
  persistence: { forMs: number; signal: AbortSignal },
): Promise<string | undefined> {
  const link = links.find((each) => each.name === name)
  if (!link) return 'there is no link for it'
  if (persistence.forMs <= 0) return 'there was no time left'
  try {
    const refused = await upload(link.url, { headers: link.headers, body: content }, persistence)
    // Leave out the URL, because its query is a credential.
    return refused === undefined ? undefined : `HTTP ${refused}`
  } catch (error) {
    persistence.signal.throwIfAborted()
    if (error instanceof ConversationDeleted) throw error
    return messageOf(error)
  }
}

function handedOver(artifacts: string[], refused: readonly string[]): HandedOver {
  const more = refused.length - REFUSALS_LISTED
  const lines = refused.slice(0, REFUSALS_LISTED).map((line) => line.slice(0, 500).toWellFormed())
  return {
    ...(artifacts.length > 0 && { artifacts }),
    ...(refused.length > 0 && {
      refusedArtifacts: more > 0 ? [...lines, `and ${more} more`] : lines,
    }),
  }
}
