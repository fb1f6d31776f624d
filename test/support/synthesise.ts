/** Before the tests that run the whole of Baton: the template, once. */
import { fileURLToPath } from 'node:url'
import { synthesise } from '../../local/synth.ts'

export const setup = async (): Promise<void> => {
  await synthesise(fileURLToPath(new URL('../..', import.meta.url)))
}
