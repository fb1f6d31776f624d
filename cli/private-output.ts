/** New files of results that only their owner can read. */
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { CliError, reasonOf } from './errors.ts'

/**
 * Writes a new file once its content is there, and leaves none if that fails. It is made first, so that nothing is done for a
 * file that cannot be written. Throws a CliError if there is one of this name already.
 */
export async function writePrivate(file: string, content: () => Promise<string>): Promise<void> {
  const opened = create(file)
  try {
    writeFileSync(opened, await content())
  } catch (error) {
    rmSync(file)
    throw error
  } finally {
    closeSync(opened)
  }
}

function create(file: string): number {
  try {
    return openSync(file, 'wx', 0o600)
  } catch (cause) {
    throw new CliError(`${file} cannot be made: ${reasonOf(cause)}.`, {
      cure: 'Choose another one with --file.',
      cause,
    })
  }
}
