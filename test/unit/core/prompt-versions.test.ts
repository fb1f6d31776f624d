/** The history names the version of a prompt, so a prompt cannot change without a new one. */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { conductorPrompt } from '../../../src/core/prompts/conductor.ts'
import { verifierPrompt } from '../../../src/core/prompts/verifier.ts'
import {
  CONDUCTOR_PROMPT,
  VERIFIER_PROMPT,
  WORKER_PROMPT,
} from '../../../src/core/prompts/versions.ts'
import { workerPrompt } from '../../../src/core/prompts/worker.ts'

/** The text of each version, by its hash. A new text gets a new version: here, and in versions.ts. */
const TEXTS: Readonly<Record<string, string>> = {
  'conductor-4': 'f1572d82c5f60a33',
  'worker-2': 'dbc04c7e69b5940d',
  'verifier-2': '21f94ce7e77277e8',
}

test.each([
  [CONDUCTOR_PROMPT, conductorPrompt],
  [WORKER_PROMPT, workerPrompt],
  [VERIFIER_PROMPT, verifierPrompt],
])('%s is the text that it was', (version, prompt) => {
  const hash = createHash('sha256').update(prompt).digest('hex').slice(0, 16)
  expect(hash, `the text of ${version} has changed, so it needs a new version`).toBe(TEXTS[version])
})

test.each([
  ['conductor', conductorPrompt, 9_000],
  ['worker', workerPrompt, 3_500],
  ['verifier', verifierPrompt, 3_500],
])('the prompt of a %s stays short', (_, prompt, most) => {
  expect(prompt.length).toBeLessThan(most)
})
