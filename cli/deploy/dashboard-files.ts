/** Puts the files of the dashboard into their bucket, in such an order that pages that are open go on working. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { buildDashboard } from '../../dashboard/build.ts'
import { builtFiles, isAsset } from '../../dashboard/files.ts'
import { CliError, reasonOf } from '../errors.ts'
import { ROOT } from '../target.ts'
import { begin, type Reporter } from './reporter.ts'
import { openSiteBucket, type SiteBucket, type Stored } from './site-bucket.ts'

/** The object that says which files belong to which release. It is as public as the files. */
const RECORD = 'releases.json'

/** The names of files of what is deployed, and of what that has replaced. */
const releases = z.tuple([z.array(z.string()), z.array(z.string())])
type Releases = z.infer<typeof releases>

/**
 * Builds the dashboard if its sources have changed. Uploads what is different in the bucket, the page after all that it needs,
 * and then deletes what neither this release nor the one before it has. Throws a CliError that says what to do.
 */
export async function uploadDashboard(bucketName: string): Promise<void> {
  const reporter = begin('Uploading the dashboard …')
  const files = await filesHere()
  const bucket = await openSiteBucket(bucketName)
  const keys = await bucket.list()
  const before = await releasesIn(bucket, keys)
  const uploaded = await upload(bucket, files, keys, reporter)

  const names = [...files.keys()].sort()
  const [current] = before
  const after: Releases = isDeepStrictEqual(current, names) ? before : [names, current]
  // After the page, so that no release is named that nobody has seen.
  if (after !== before) await bucket.put(RECORD, recordOf(after))
  const old = [...keys].filter((key) => key !== RECORD && !after.flat().includes(key))
  for (const key of old) await bucket.remove(key)
  reporter.done(summary(uploaded, old.length))
}

/** Returns the files of the build by name, the page last. */
async function filesHere(): Promise<ReadonlyMap<string, Stored>> {
  const folder = await buildDashboard(ROOT).catch((cause: unknown) => {
    throw new CliError(reasonOf(cause), {
      cure: 'npm ci installs what the build needs. Then run baton dashboard upload.',
      cause,
    })
  })
  return new Map(
    builtFiles(folder).map(({ name, ...headers }) => [
      name,
      { content: readFileSync(path.join(folder, name)), ...headers },
    ]),
  )
}

/** Uploads those that are missing or different. Returns how many that were. */
async function upload(
  bucket: SiteBucket,
  files: ReadonlyMap<string, Stored>,
  keys: ReadonlySet<string>,
  reporter: Reporter,
): Promise<number> {
  let count = 0
  for (const [name, file] of files) {
    if (keys.has(name) && (await isStored(bucket, name, file))) continue
    await bucket.put(name, file)
    count += 1
    reporter.step(`${String(count).padStart(4)} ${name}`)
  }
  return count
}

async function isStored(bucket: SiteBucket, name: string, file: Stored): Promise<boolean> {
  const { content, ...headers } = await bucket.read(name)
  return isDeepStrictEqual({ ...headers, content: Buffer.from(content) }, file)
}

/**
 * Returns what the record says. Without one, as after `aws s3 sync`, all assets that are there count as the release that was
 * deployed.
 */
async function releasesIn(bucket: SiteBucket, keys: ReadonlySet<string>): Promise<Releases> {
  const text = keys.has(RECORD) ? Buffer.from((await bucket.read(RECORD)).content).toString() : ''
  try {
    return releases.parse(JSON.parse(text))
  } catch {
    return [[...keys].filter(isAsset), []]
  }
}

const recordOf = (after: Releases): Stored => ({
  content: Buffer.from(JSON.stringify(after)),
  contentType: 'application/json',
  cacheControl: 'no-cache',
})

const summary = (uploaded: number, deleted: number): string =>
  uploaded + deleted === 0
    ? 'The dashboard in the bucket is that of this checkout.'
    : `Uploaded ${uploaded} files of the dashboard, deleted ${deleted}.`
