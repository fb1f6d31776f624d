/** A verifier's job: the criteria, the claims and the artifacts of a worker's leg, and nothing else of the worker. */
import { getResult } from '../../src/adapters/bodies.ts'
import { readLink } from '../../src/adapters/objects.ts'
import { readWorker } from '../../src/adapters/workers.ts'
import { verifierReportSchema, workerReport } from '../../src/contract/review.ts'
import { artifactsOfLeg, uploadKey } from '../../src/core/artifacts.ts'
import { verifierPromptFor } from '../../src/core/prompt.ts'
import { TO_CHECK, verifierPrompt } from '../../src/core/prompts/verifier.ts'
import { isVerifying } from '../../src/core/verification.ts'
import { currentLeg } from '../../src/core/worker.ts'
import { DOWNLOAD_SECONDS } from './attachments.ts'

/** Returns the part of the job that is a verifier's own, or undefined if the leg is not being verified any more. */
export async function verifierJob(
  sessionId: string,
  { workerId, leg }: { readonly workerId: string; readonly leg: number },
) {
  const worker = await readWorker(sessionId, workerId)
  const result = worker && isVerifying(worker, leg) ? currentLeg(worker).result : undefined
  if (!worker || result === undefined) return undefined
  const { structured } = await getResult(sessionId, result)
  const claims = workerReport.safeParse(structured).data?.criteria ?? []
  const artifacts = artifactsOfLeg(worker, leg)
  return {
    prompt: verifierPromptFor(
      worker,
      claims,
      artifacts.map(({ name }) => name),
    ),
    systemPrompt: verifierPrompt,
    schema: verifierReportSchema,
    downloads: await Promise.all(
      artifacts.map(async (upload) => ({
        path: `${TO_CHECK}/${upload.name}`,
        url: await readLink(uploadKey(worker, upload), DOWNLOAD_SECONDS),
        size: upload.size,
      })),
    ),
  }
}
