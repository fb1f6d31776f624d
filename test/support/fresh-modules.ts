/**
 * Gives each test file modules and an environment of its own, in a process that has loaded the packages once: own modules keep
 * clients and secrets from one call to the next, and read their variables when they are loaded.
 */
import { DEFAULT_PROVIDERS } from '@aws-lambda-powertools/parameters/base'
import { vi } from 'vitest'

const INITIAL = Symbol.for('baton.initial-environment')
const kept = globalThis as { [INITIAL]?: NodeJS.ProcessEnv }

kept[INITIAL] ??= { ...process.env }
const initial = kept[INITIAL]
for (const name of Object.keys(process.env)) if (!(name in initial)) delete process.env[name]
Object.assign(process.env, initial)
vi.resetModules()
// Its client keeps the endpoint of the file before.
delete DEFAULT_PROVIDERS.secrets
