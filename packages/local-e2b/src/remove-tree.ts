/** Removes a folder that its owner may have made read-only. */
import { chmod, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Removes `folder` with everything below; a missing one is fine. Links are removed, not followed. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch {
    // A package cache may be read-only, and only root removes from such a folder without a word.
    await makeWritable(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** What is gone needs nothing: parts of the first try may still be at work. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(() => {})
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) if (entry.isDirectory()) await makeWritable(join(folder, entry.name))
}
