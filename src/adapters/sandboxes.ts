/** Creates, connects, pauses and ends E2B sandboxes. */
import type { SandboxRequest } from './e2b.ts'

/** E2B's SDK is large, and many calls of the functions need no sandbox, so it is loaded on first use. */
const e2b = () => import('./e2b.ts')

/** Returns a running sandbox, usually with one round trip. Throws SandboxBusy, SandboxUnavailable or SandboxRefused. */
export const runningSandbox = async (wanted: SandboxRequest) => (await e2b()).runningSandbox(wanted)

/** Connects to a sandbox and resumes it if it was paused. Returns undefined if it is gone. */
export const connectSandbox = async (sandboxId: string, seconds: number) =>
  (await e2b()).connectSandbox(sandboxId, seconds)

/** Pauses a sandbox, which may take more than a minute. Ignores one that is gone or already paused. */
export const pauseSandbox = async (sandboxId: string) => (await e2b()).pauseSandbox(sandboxId)

/** Lets a sandbox pause after `seconds` unless it is used sooner. Ignores a sandbox that is gone. */
export const pauseSoon = async (sandboxId: string, seconds: number) =>
  (await e2b()).pauseSoon(sandboxId, seconds)

/** Ends a sandbox and everything in it. Ignores one that is gone. */
export const endSandbox = async (sandboxId: string) => (await e2b()).endSandbox(sandboxId)

/** Returns all running and paused sandboxes of this deployment. */
export const listSandboxes = async () => (await e2b()).listSandboxes()
