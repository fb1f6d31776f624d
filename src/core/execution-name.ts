/** The names of executions: made from what they do, and read back by whoever hears of their end. */

/** The name of a run's execution; `.` is not part of a session id, so names never collide. */
export const runName = (sessionId: string, run: number) => `${sessionId}.r${run}`

/** The name of a leg's execution. */
export const legName = (sessionId: string, workerId: string, leg: number) =>
  `${sessionId}.${workerId}.${leg}`

/** What an execution of that name does; nothing for a name that is not ours. */
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
