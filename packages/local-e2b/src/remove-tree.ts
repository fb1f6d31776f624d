/** Removes a folder, even if its owner has made it read-only. */
import { chmod, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Removes `folder` with everything in it; a missing one is fine. Links are removed, not followed. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch {
    // A package cache may be read-only, and only root can remove files from such a folder.
    await makeWritable(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Ignores what is gone already: parts of the first attempt may still be running. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(() => {})
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) if (entry.isDirectory()) await makeWritable(join(folder, entry.name))
}
