/**
 * Setup for the tests that run a complete Baton: synthesises the template once, and provides a folder for shared
 * state.
 */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { synthesise } from '../../local/synth.ts'

/** The folder for the state of shared Batons; set in the environment of the test processes. */
export const SHARED_STATE = 'BATON_TEST_SHARED_STATE'

export const setup = async (): Promise<() => Promise<void>> => {
  await synthesise(fileURLToPath(new URL('../..', import.meta.url)))
  const folder = mkdtempSync(path.join(tmpdir(), 'baton-shared-'))
  process.env[SHARED_STATE] = folder
  // What such a Baton has started ends with its test process, but may take a moment.
  return () => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}
