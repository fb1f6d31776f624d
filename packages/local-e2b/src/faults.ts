/** Faults that a test can inject: failures of a cloud that a healthy server never shows. */
import type { Lifecycle } from './lifecycle.ts'
import { type PauseFault, unreliablePause } from './pause-faults.ts'

export const HANG_BEFORE = 'hang before it is created'
export const HANG_AFTER = 'hang after it is created'
type CreateFault = 429 | 500 | 503 | typeof HANG_BEFORE | typeof HANG_AFTER

/** Tells the control plane which call fails. */
export interface InjectedFaults {
  /** The fault of the next creation. */
  nextCreate(): CreateFault | undefined
  /** The fault of the next pause that a client asks for. */
  nextPause(): PauseFault | undefined
  /** The status with which connecting to a sandbox fails. */
  connect(sandboxId: string): number | undefined
}

export interface Faults {
  /** Fails the next `count` creations with a status, or never responds: before or after the sandbox exists. */
  onCreate(fault: CreateFault, count?: number): void
  /** Refuses the next `count` pauses that a client asks for, makes them slow, or loses their sandboxes. */
  onPause(fault: PauseFault, count?: number): void
  /** Fails every further connection to a sandbox with a status. E2B's users have seen that of paused ones. */
  onConnect(sandboxId: string, status: number): void
  /** Ends a sandbox's processes as a crash of its machine would, without an API call. */
  crash(sandboxId: string): Promise<void>
  /** Cuts the data-plane connections of a sandbox; its commands continue. */
  cutConnections(sandboxId: string): void
}

/** The faults of one server: those that a test injects and, with a seed, those that it chooses for pauses. */
export function createFaults(lifecycle: Lifecycle, pauseSeed?: number): Faults & InjectedFaults {
  const creates: CreateFault[] = []
  const pauses: PauseFault[] = []
  const connects = new Map<string, number>()
  let paused = 0
  return {
    nextCreate: () => creates.shift(),
    nextPause: () =>
      pauses.shift() ??
      (pauseSeed === undefined ? undefined : unreliablePause(pauseSeed, paused++)),
    connect: (sandboxId) => connects.get(sandboxId),
    onCreate: (fault, count = 1) => void creates.push(...Array<CreateFault>(count).fill(fault)),
    onPause: (fault, count = 1) => void pauses.push(...Array<PauseFault>(count).fill(fault)),
    onConnect: (sandboxId, status) => void connects.set(sandboxId, status),
    crash: (sandboxId) => lifecycle.crash(lifecycle.get(sandboxId)),
    cutConnections: (sandboxId) => {
      for (const flight of lifecycle.get(sandboxId).pendingResponses) flight.destroy()
    },
  }
}
