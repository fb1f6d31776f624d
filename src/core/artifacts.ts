/** The artifacts of a worker: which files its jobs may upload, which of them were handed over, and where they lie. */
import type { Artifact } from '../contract/artifact-rules.ts'
import { isCurrentLegJob } from './leg.ts'
import { transition, unchanged } from './transition.ts'
import type { LegJob, Upload, Worker, WorkerStep } from './worker.ts'

/** What an item may hold is bounded: 20 files in each of 20 legs, or in further jobs of them. */
const MAX_UPLOADS = 400

const isOf =
  ({ leg, job }: LegJob) =>
  (upload: Upload) =>
    upload.leg === leg && upload.job === job

/**
 * The current job may upload these files, and no others: only the same list again is granted again, so that one job
 * stores no more than the limits say. Answers nothing for a job that is not the current one.
 */
export function grantUploads(
  worker: Worker,
  { leg, job }: LegJob,
  files: readonly Artifact[],
): WorkerStep<'granted' | { refused: string } | undefined> {
  if (!isCurrentLegJob(worker, leg, job)) return unchanged(worker, undefined)
  const uploads = worker.uploads ?? []
  const granted = uploads.filter(isOf({ leg, job }))
  if (granted.length > 0)
    return same(granted, files)
      ? unchanged(worker, 'granted')
      : unchanged(worker, { refused: 'This job has links for another list of artifacts already.' })
  if (uploads.length + files.length > MAX_UPLOADS)
    return unchanged(worker, {
      refused: `A worker hands over at most ${MAX_UPLOADS} artifacts in all its legs.`,
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

/** Handed over in a leg, in the order of their names. */
export const artifactsOfLeg = ({ uploads = [] }: Pick<Worker, 'uploads'>, leg: number) =>
  latest(uploads.filter((upload) => upload.leg === leg))

/** All that a worker has handed over; of several of one name the latest. */
export const artifactsOf = ({ uploads = [] }: Pick<Worker, 'uploads'>) => latest(uploads)

function latest(uploads: readonly Upload[]): readonly Upload[] {
  const handedOver = uploads.filter((upload) => upload.handedOver)
  const byName = new Map(handedOver.map((upload) => [upload.name, upload]))
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Where an upload lies in the bucket, whether or not it was handed over. */
export const uploadKey = (
  { sessionId, workerId }: Pick<Worker, 'sessionId' | 'workerId'>,
  { leg, job, name }: LegJob & Pick<Upload, 'name'>,
) => `artifacts/${sessionId}/${workerId}/${leg}.${job}/${name}`
