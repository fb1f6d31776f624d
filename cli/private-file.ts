/** Files of the operator's own, in their configuration folder, which nobody else can read. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import type * as z from 'zod'
import { CliError } from './errors.ts'

export interface PrivateFile<T> {
  readonly path: () => string
  /** Returns its content, or undefined if there is none. Throws a CliError if others could read it, or if it is damaged. */
  read(): T | undefined
  write(content: T): void
}

const FOR_OTHERS = 0o077

/** `cure` is what to do if it is damaged. */
export function privateFile<T>(name: string, shape: z.ZodType<T>, cure: string): PrivateFile<T> {
  const place = () => {
    const { XDG_CONFIG_HOME } = process.env
    return path.join(XDG_CONFIG_HOME || path.join(homedir(), '.config'), 'baton', name)
  }
  return {
    path: place,
    read() {
      const file = place()
      if (!existsSync(file)) return undefined
      if ((statSync(file).mode & FOR_OTHERS) !== 0)
        throw new CliError(`Others can read ${file}.`, { cure: `Run: chmod 600 ${file}` })
      try {
        return shape.parse(JSON.parse(readFileSync(file, 'utf8')))
      } catch (cause) {
        throw new CliError(`${file} is damaged.`, { cure, cause })
      }
    },
    write(content) {
      const file = place()
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
      writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
      chmodSync(file, 0o600)
    },
  }
}
