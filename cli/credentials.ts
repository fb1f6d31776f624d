/** The tokens of deployments, in a file that only its owner can read. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import * as z from 'zod'
import { CliError } from './errors.ts'

/** Tokens by the origin of the deployment. */
const content = z.record(z.string(), z.object({ token: z.string().min(1) }))

/** Returns the path of the file. */
export function credentialsFile(): string {
  const { XDG_CONFIG_HOME } = process.env
  return path.join(XDG_CONFIG_HOME || path.join(homedir(), '.config'), 'baton', 'credentials.json')
}

/** Returns the token of a deployment, or undefined. Throws a CliError if others could read the file. */
export const storedToken = (origin: string): string | undefined => read()[origin]?.token

/** Keeps the token of a deployment. */
export function storeToken(origin: string, token: string): void {
  write({ ...read(), [origin]: { token } })
}

/** Forgets the token of a deployment. Returns whether there was one. */
export function forgetToken(origin: string): boolean {
  const { [origin]: known, ...others } = read()
  if (known !== undefined) write(others)
  return known !== undefined
}

function write(tokens: z.infer<typeof content>): void {
  const file = credentialsFile()
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, `${JSON.stringify(tokens, null, 2)}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
}

const FOR_OTHERS = 0o077

function read(): z.infer<typeof content> {
  const file = credentialsFile()
  if (!existsSync(file)) return {}
  if ((statSync(file).mode & FOR_OTHERS) !== 0)
    throw new CliError(`Others can read ${file}.`, { cure: `Run: chmod 600 ${file}` })
  try {
    return content.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new CliError(`${file} is damaged.`, { cure: 'Delete it, and run baton login.', cause })
  }
}
