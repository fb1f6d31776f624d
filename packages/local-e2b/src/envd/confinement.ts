/** Freezes, thaws and ends every process of the sandbox but this daemon. */
import { readdirSync } from 'node:fs'
import {
  endProcesses,
  freezeProcesses,
  hasProcesses,
  readStat,
  thawProcesses,
  ticksSinceBoot,
} from '../marked-processes.ts'
import type { EnvdConfig } from './config.ts'
import { systemCode } from './connect-protocol.ts'

export interface Confinement {
  freeze(): Promise<void>
  thaw(): Promise<void>
  end(): Promise<void>
  /** Returns whether no process but this daemon is left. */
  isEmpty(): boolean
}

/** Finds processes by pid namespace if the sandbox has its own, otherwise by the mark in their environment. */
export function confinement({ ownPidNamespace, sandboxId }: EnvdConfig): Confinement {
  if (ownPidNamespace)
    return {
      freeze: async () => signalEverybody('SIGSTOP'),
      thaw: async () => signalEverybody('SIGCONT'),
      end: async () => signalEverybody('SIGKILL'),
      isEmpty: isNamespaceEmpty,
    }
  const mark = { id: sandboxId, bornTicks: ticksSinceBoot() - 1 }
  return {
    freeze: () => freezeProcesses(mark),
    thaw: () => thawProcesses(mark),
    end: () => endProcesses(mark),
    isEmpty: () => !hasProcesses(mark),
  }
}

/** Process 1 is the namespace's init. */
const isNamespaceEmpty = (): boolean =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .every((pid) => pid === 1 || pid === process.pid || readStat(pid)?.state === 'Z')

/** kill(2): pid -1 is every process in the namespace but the caller and the namespace's init. */
function signalEverybody(signal: NodeJS.Signals): void {
  try {
    process.kill(-1, signal)
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error
  }
}
