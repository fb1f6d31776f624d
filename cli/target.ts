/** Finds the Baton that a command is for: the one of this checkout, or a deployment. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import * as z from 'zod'
import { storedToken } from './credentials.ts'
import { CliError } from './errors.ts'
import { givenSecret } from './given-secrets.ts'

export const ROOT = path.resolve(import.meta.dirname, '..')

export interface Target {
  /** The origin, without a slash at its end. */
  readonly url: string
  readonly token: string
  /** Whether it runs on this machine, from this checkout. */
  readonly isLocal: boolean
}

/** Written by `npm start` while it runs (local/state-lock.ts). */
const owner = z.object({ url: z.string() })

/**
 * Returns the Baton at `url`, at BATON_URL, or that of this checkout. Throws a CliError that says how to start one or to
 * sign in.
 */
export function findTarget(url: string | undefined = process.env.BATON_URL || undefined): Target {
  const local = localUrl()
  if (url !== undefined) {
    const origin = originOf(url)
    if (origin !== local) return { url: origin, token: deploymentToken(origin), isLocal: false }
  }
  if (local === undefined)
    throw new CliError('No Baton runs from this checkout.', {
      cure: 'Run npm start in another terminal, or name a deployment with --url or BATON_URL.',
    })
  return { url: local, token: localToken(), isLocal: true }
}

/** Returns the origin of an address. Throws a CliError if a token must not be sent there. */
export function originOf(url: string): string {
  const { protocol, hostname, origin } = parsed(url)
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback)) return origin
  throw new CliError(`${origin} is not encrypted, so anyone on the way could read the token.`, {
    cure: 'Give an address with https, the output ApiUrl of the deployment.',
  })
}

function parsed(url: string): URL {
  try {
    return new URL(url)
  } catch (cause) {
    const cure = 'Give the output ApiUrl of the deployment, like https://….'
    // It is not repeated, because it may have a password.
    throw new CliError('This is not an address.', { cure, cause })
  }
}

function deploymentToken(origin: string): string {
  const token = givenSecret('BATON_TOKEN') ?? storedToken(origin)
  if (token !== undefined) return token
  throw new CliError(`There is no token for ${origin}.`, {
    cure: `Run baton login --url ${origin}, or set BATON_TOKEN.`,
  })
}

/** Returns the state folder of the Baton on this machine: BATON_STATE, or that of this checkout. */
export const stateFolder = (): string =>
  process.env.BATON_STATE || path.join(ROOT, '.local', 'state')

function localUrl(): string | undefined {
  const file = path.join(stateFolder(), 'owner.json')
  if (!existsSync(file)) return undefined
  const { data } = owner.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  return data && new URL(data.url).origin
}

/** As `npm start` finds it: the environment, then .env, then the token that it has made. */
function localToken(): string {
  const read = (...name: string[]) => {
    const file = path.join(ROOT, ...name)
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }
  return (
    givenSecret('BATON_TOKEN') ||
    parseEnv(read('.env')).BATON_TOKEN ||
    read('.local', 'token').trim()
  )
}
