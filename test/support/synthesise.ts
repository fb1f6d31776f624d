/** Around the tests that run the whole of Baton: the template, once, and a place for what outlives a file. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { synthesise } from '../../local/synth.ts'

/** The folder in which Batons keep their state that several files have in common; set for the processes of the tests. */
export const SHARED_STATE = 'BATON_TEST_SHARED_STATE'

export const setup = async (): Promise<() => Promise<void>> => {
  await synthesise(fileURLToPath(new URL('../..', import.meta.url)))
  const folder = mkdtempSync(path.join(tmpdir(), 'baton-shared-'))
  process.env[SHARED_STATE] = folder
  // What such a Baton has started ends with the process of its tests, but may take a moment.
  return () => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}
