/** A worker's artifacts: which files its jobs may upload, which were handed over, and where they are stored. */
import type { Artifact } from '../contract/artifact-rules.ts'
import { isCurrentLegJob } from './leg.ts'
import { transition, unchanged } from './transition.ts'
import type { LegJob, Upload, Worker, WorkerTransition } from './worker.ts'

/** Keeps the item small: 20 files in each of 20 legs, all jobs included. */
const MAX_UPLOADS = 400

const isOf =
  ({ leg, job }: LegJob) =>
  (upload: Upload) =>
    upload.leg === leg && upload.job === job

/**
 * Lets the current job upload these files and no others. Only the same list is granted a second time, so one job cannot
 * store more than the limits allow. Returns undefined for a job that is not the current one.
 */
export function grantUploads(
  worker: Worker,
  { leg, job }: LegJob,
  files: readonly Artifact[],
): WorkerTransition<'granted' | { refused: string } | undefined> {
  if (!isCurrentLegJob(worker, leg, job)) return unchanged(worker, undefined)
  const uploads = worker.uploads ?? []
  const granted = uploads.filter(isOf({ leg, job }))
  if (granted.length > 0)
    return same(granted, files)
      ? unchanged(worker, 'granted')
      : unchanged(worker, {
          refused: 'This job already has upload links for a different list of artifacts.',
        })
  if (uploads.length + files.length > MAX_UPLOADS)
    return unchanged(worker, {
      refused: `A worker can upload at most ${MAX_UPLOADS} artifacts over all its legs.`,
    })
  const added = files.map(({ name, size, sha256 }) => ({ leg, job, name, size, sha256 }))
  return transition({ ...worker, uploads: [...uploads, ...added] }, 'granted')
}

const same = (granted: readonly Upload[], files: readonly Artifact[]) =>
  granted.length === files.length &&
  files.every(({ name, size, sha256 }) =>
    granted.some(
      (upload) => upload.name === name && upload.size === size && upload.sha256 === sha256,
    ),
  )

/** Returns the artifacts handed over in a leg, sorted by name. */
export const artifactsOfLeg = ({ uploads = [] }: Pick<Worker, 'uploads'>, leg: number) =>
  latest(uploads.filter((upload) => upload.leg === leg))

/** Returns all artifacts of a worker, sorted by name; of several with the same name, the latest. */
export const artifactsOf = ({ uploads = [] }: Pick<Worker, 'uploads'>) => latest(uploads)

function latest(uploads: readonly Upload[]): readonly Upload[] {
  const handedOver = uploads.filter((upload) => upload.handedOver)
  const byName = new Map(handedOver.map((upload) => [upload.name, upload]))
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Returns the SHA-256 of an upload, which is stored as S3 wants it, in hex. */
export const sha256Hex = (base64: string) => Buffer.from(base64, 'base64').toString('hex')

/** The S3 key of an upload, whether or not it was handed over. */
export const uploadKey = (
  { sessionId, workerId }: Pick<Worker, 'sessionId' | 'workerId'>,
  { leg, job, name }: LegJob & Pick<Upload, 'name'>,
) => `artifacts/${sessionId}/${workerId}/${leg}.${job}/${name}`
