/** A folder as a newcomer has it: a clone of what is committed, an empty home, and what `npm ci` installs. */
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Environment, type Machine, pathWithout, type User } from './machine.ts'

const REPOSITORY = join(import.meta.dirname, '../..')

export interface Place {
  /** Its name in reports. */
  readonly name: string
  /** The clone. */
  readonly folder: string
  readonly user: User
  /** The environment of a command there, with an empty home of its own. */
  environment(changes?: Environment): Environment
}

export interface PlaceOptions {
  readonly machine: Machine
  /** The parent folder of everything; readable by everyone. */
  readonly base: string
  /** The folder's name. */
  readonly name: string
  readonly user: User
}

/** Clones it for this user. */
export function makePlace({ machine, base, name, user }: PlaceOptions): Place {
  const folder = join(base, name, 'baton')
  mkdirSync(join(base, name))
  // Without hard links to the objects, which have to belong to the user.
  must('git', ['clone', '--quiet', '--no-hardlinks', REPOSITORY, folder])
  own(join(base, name), user)
  return {
    name,
    folder,
    user,
    environment: (changes = {}) => {
      const home = mkdtempSync(join(base, 'home-'))
      own(home, user)
      return { ...machine.environment, HOME: home, ...changes }
    },
  }
}

/** Copies what another place has installed, as `npm ci` would install it. */
export const copyModules = (from: Place, to: Place): void =>
  must('cp', ['-al', join(from.folder, 'node_modules'), join(to.folder, 'node_modules')])

/** Returns a PATH without bubblewrap. */
export const makePathWithoutBubblewrap = (base: string): string =>
  pathWithout('bwrap', join(base, 'bin'))

/** Returns the processes that still run below a folder, by their working folders. */
export function processesBelow(folder: string): { readonly pid: number; readonly at: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), at: workingFolder(pid) }))
    .filter(({ at }) => at.startsWith(folder))
}

function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

function own(folder: string, { uid, gid }: User): void {
  chmodSync(folder, 0o755)
  if (uid === undefined || gid === undefined) return
  must('chown', ['-R', `${uid}:${gid}`, folder])
  chownSync(folder, uid, gid)
}

function must(command: string, words: readonly string[]): void {
  const { status, stderr } = spawnSync(command, words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: ${stderr}`)
}
