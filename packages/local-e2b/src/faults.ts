/** Faults that a test can inject: failures of a cloud that a healthy server never shows. */
import type { Lifecycle } from './lifecycle.ts'

export const HANG_BEFORE = 'hang before it is created'
export const HANG_AFTER = 'hang after it is created'
type CreateFault = 429 | 500 | 503 | typeof HANG_BEFORE | typeof HANG_AFTER

/** Tells the control plane whether the next creation fails. */
export interface CreateFaults {
  next(): CreateFault | undefined
}

export interface Faults {
  /** Fails the next `count` creations with a status, or never responds: before or after the sandbox exists. */
  onCreate(fault: CreateFault, count?: number): void
  /** Ends a sandbox's processes as a crash of its machine would, without an API call. */
  crash(sandboxId: string): Promise<void>
  /** Cuts the data-plane connections of a sandbox; its commands continue. */
  cutConnections(sandboxId: string): void
}

/** The faults of one server; there are none until a test injects one. */
export function createFaults(lifecycle: Lifecycle): Faults & CreateFaults {
  const queue: CreateFault[] = []
  return {
    next: () => queue.shift(),
    onCreate: (fault, count = 1) => void queue.push(...Array<CreateFault>(count).fill(fault)),
    crash: (sandboxId) => lifecycle.crash(lifecycle.get(sandboxId)),
    cutConnections: (sandboxId) => {
      for (const flight of lifecycle.get(sandboxId).pendingResponses) flight.destroy()
    },
  }
}
