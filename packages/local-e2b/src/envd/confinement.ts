/** Freezes, thaws and ends every process of the sandbox but this daemon. */
import {
  endProcesses,
  freezeProcesses,
  thawProcesses,
  ticksSinceBoot,
} from '../marked-processes.ts'
import type { EnvdConfig } from './config.ts'
import { systemCode } from './connect-protocol.ts'

export interface Confinement {
  freeze(): Promise<void>
  thaw(): Promise<void>
  end(): Promise<void>
}

/** Finds processes by pid namespace if the sandbox has its own, otherwise by the mark in their environment. */
export function confinement({ ownPidNamespace, sandboxId }: EnvdConfig): Confinement {
  if (ownPidNamespace)
    return {
      freeze: async () => signalEverybody('SIGSTOP'),
      thaw: async () => signalEverybody('SIGCONT'),
      end: async () => signalEverybody('SIGKILL'),
    }
  const mark = { id: sandboxId, bornTicks: ticksSinceBoot() - 1 }
  return {
    freeze: () => freezeProcesses(mark),
    thaw: () => thawProcesses(mark),
    end: () => endProcesses(mark),
  }
}

/** kill(2): pid -1 is every process in the namespace but the caller and the namespace's init. */
function signalEverybody(signal: NodeJS.Signals): void {
  try {
    process.kill(-1, signal)
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error
  }
}
