/** The tokens of deployments, in a file that only its owner can read. */
import * as z from 'zod'
import { privateFile } from './private-file.ts'

/** Tokens by the origin of the deployment. */
const file = privateFile(
  'credentials.json',
  z.record(z.string(), z.object({ token: z.string().min(1) })),
  'Delete it, and run baton login.',
)

/** Returns the path of the file. */
export const credentialsFile = file.path

/** Returns the token of a deployment, or undefined. Throws a CliError if others could read the file. */
export const storedToken = (origin: string): string | undefined => file.read()?.[origin]?.token

/** Keeps the token of a deployment. */
export function storeToken(origin: string, token: string): void {
  file.write({ ...file.read(), [origin]: { token } })
}

/** Forgets the token of a deployment. Returns whether there was one. */
export function forgetToken(origin: string): boolean {
  const { [origin]: known, ...others } = file.read() ?? {}
  if (known !== undefined) file.write(others)
  return known !== undefined
}
