/** Builds the names of executions, and parses them when an execution ends. */

/** The name of a run's execution. Session ids contain no `.`, so names never collide. */
export const runName = (sessionId: string, run: number) => `${sessionId}.r${run}`

/** The name of a leg's execution. */
export const legName = (sessionId: string, workerId: string, leg: number) =>
  `${sessionId}.${workerId}.${leg}`

/** Parses an execution's name. Returns undefined for a name in another format. */
export function readName(
  name: string,
):
  | { readonly sessionId: string; readonly run: number }
  | { readonly sessionId: string; readonly workerId: string; readonly leg: number }
  | undefined {
  const match = /^([A-Za-z0-9_-]{1,64})\.(?:r(\d+)|(w\d+)\.(\d+))$/.exec(name)
  const [, sessionId, run, workerId, leg] = match ?? []
  if (sessionId === undefined) return undefined
  if (run !== undefined) return { sessionId, run: Number(run) }
  if (workerId === undefined || leg === undefined) return undefined
  return { sessionId, workerId, leg: Number(leg) }
}
