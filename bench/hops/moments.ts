/** Finds the moments of a message's way in the observations. */
import { type Call, isSandboxCall } from '../observe/calls.ts'
import type { Window } from '../observe/observed-baton.ts'
import type { Start } from './notes.ts'
import type { Moments } from './timeline.ts'

const eventText = ({ event }: Call) => JSON.stringify(event)

/** A function that a queue invokes. */
const isDispatch = (call: Call) => eventText(call).includes('"eventSource":"aws:sqs"')

const isJobRequest = (call: Call) => eventText(call).includes('/sandbox/job"')

const isCommand = ({ operation }: Call) => operation.endsWith('/process.Process/Start')

/** Throws, naming the moment, if one is missing. */
export function momentsOf(window: Window, start: Start): Moments {
  const { calls, requests, histories, posted, accepted } = window
  const [run = []] = histories
  const job = calls.filter(isJobRequest)
  const jobFetched = Math.max(...job.map(({ ended = Number.NaN }) => ended))
  const seen = {
    posted,
    accepted,
    dispatched: calls.find(isDispatch)?.began,
    executionStarted: run[0]?.timestamp?.getTime(),
    sandboxAsked: calls.find(isSandboxCall)?.began,
    commandSent: calls.find(isCommand)?.began,
    runnerStarted: start.runner,
    locked: start.locked,
    jobAsked: requests.find(({ target }) => target.endsWith('/sandbox/job'))?.at,
    jobFetched: Number.isFinite(jobFetched) ? jobFetched : undefined,
    cliStarted: start.cli,
  }
  const missing = Object.entries(seen).filter(([, at]) => at === undefined)
  if (missing.length > 0) throw new Error(`not seen: ${missing.map(([name]) => name)}`)
  return seen as Moments
}

/** Returns how long requests to E2B took before the command was sent. */
export function sandboxMs({ calls }: Window): number {
  const command = calls.findIndex(isCommand)
  return calls
    .slice(0, command)
    .filter(isSandboxCall)
    .reduce((total, { began, ended = began }) => total + ended - began, 0)
}
