/** The invocations of functions with the CPU time that their processes took: what the start took, and what the call. */
import { readdirSync, readFileSync } from 'node:fs'
import type { OnStage } from '../../packages/local-aws/src/index.ts'
import { now } from './now.ts'

export interface Invoked {
  readonly functionId: string
  /** When its process was started if it needed a new one, and otherwise when it was called. */
  readonly began: number
  readonly called: number
  readonly ended: number
  /** CPU milliseconds from the start of the process until the code was loaded; absent if the process was there already. */
  readonly initCpuMs?: number
  readonly callCpuMs: number
}

interface Life {
  readonly started: number
  calledBefore: boolean
  called: number
  cpuMs: number
  initCpuMs: number
}

/** `onStart` is called with each new process before that has done anything. */
export function recordProcesses(onStart: (pid: number, functionId: string) => void): {
  readonly onStage: OnStage
  readonly invocations: readonly Invoked[]
} {
  const lives = new Map<string, Life>()
  const invocations: Invoked[] = []
  return {
    invocations,
    onStage: (stage, { id, pid, functionId }) => {
      if (stage === 'started') {
        onStart(pid, functionId)
        lives.set(id, { started: now(), calledBefore: false, called: 0, cpuMs: 0, initCpuMs: 0 })
        return
      }
      const life = lives.get(id)
      if (!life) return
      const cpuMs = cpuMsOf(pid)
      if (stage === 'invoked') {
        life.called = now()
        life.cpuMs = cpuMs
        return
      }
      invocations.push({
        functionId,
        began: life.calledBefore ? life.called : life.started,
        called: life.called,
        ended: now(),
        ...(!life.calledBefore && { initCpuMs: life.cpuMs }),
        callCpuMs: Math.max(0, cpuMs - life.cpuMs),
      })
      life.calledBefore = true
    },
  }
}

/** Returns the CPU time of all threads of a process, finer than /proc/<pid>/stat has it; 0 if it has ended. */
function cpuMsOf(pid: number): number {
  const tasks = `/proc/${pid}/task`
  try {
    return readdirSync(tasks).reduce((total, task) => {
      const [nanoseconds] = readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')
      return total + Number(nanoseconds) / 1e6
    }, 0)
  } catch {
    return 0
  }
}
