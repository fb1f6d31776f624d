/** Finds and loads the function that a `Handler` property names. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { runtimeError } from './error-payload.ts'
import { isStreaming } from './streaming.ts'

export type Handler = (...parameters: unknown[]) => unknown

export interface LoadedHandler {
  readonly handler: Handler
  /** Whether the handler streams its response. */
  readonly streaming: boolean
}

/** Loads `<file>.<export>` below `root`. Throws the error that Lambda reports for the problem. */
export async function loadHandler(root: string, name: string): Promise<LoadedHandler> {
  const [file = '', exported = ''] = path.basename(name).split('.')
  const base = path.join(root, path.dirname(name), file)
  const found = ['.js', '.mjs', '.cjs'].map((extension) => base + extension).find(existsSync)
  if (!found) {
    throw runtimeError('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`)
  }
  const handler = member(await loadModule(found), exported)
  if (typeof handler !== 'function') {
    throw runtimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`)
  }
  const streaming = isStreaming(handler)
  if (handler.length >= 3 && !streaming) {
    const message = `${name} takes a callback, which Lambda does not support since Node.js 24: return a promise`
    throw runtimeError('Runtime.CallbackHandlerDeprecated', message)
  }
  return { handler: (...parameters) => Reflect.apply(handler, undefined, parameters), streaming }
}

/**
 * Uses `require` unless the file has to be imported, as Lambda does. Importing CommonJS would search all of it for
 * exports.
 */
async function loadModule(file: string): Promise<unknown> {
  try {
    if (file.endsWith('.mjs')) return await import(pathToFileURL(file).href)
    return createRequire(file)(file)
  } catch (error) {
    const type = error instanceof SyntaxError ? 'Runtime.UserCodeSyntaxError' : undefined
    const missing =
      error instanceof Error && 'code' in error && /MODULE_NOT_FOUND$/.test(String(error.code))
    if (missing) throw runtimeError('Runtime.ImportModuleError', `Error: ${error.message}`, error)
    throw type ? runtimeError(type, String(error), error) : error
  }
}

/** Returns an export, ignoring the properties that every object has. */
const member = (module: unknown, name: string): unknown =>
  typeof module === 'object' && module !== null && Object.hasOwn(module, name)
    ? Reflect.get(module, name)
    : undefined
