/**
 * The schemas of the API by name: `#/components/schemas/<name>` in docs/openapi.yaml. Routes name the schemas of their
 * responses, so that no function loads them.
 */
import { channel, count, messageIds, next, time } from './common.ts'
import { conductor, conductorOfSession } from './conductor.ts'
import { delivery } from './delivery.ts'
import { command, entry, entryPage } from './entry.ts'
import { health } from './health.ts'
import { sessionId } from './ids.ts'
import { replied } from './message.ts'
import { counts, metrics } from './metrics.ts'
import { listedPerson, person, personPage } from './person.ts'
import { problem } from './problem.ts'
import { listedSession, run, session, sessionPage, stopped, turn } from './session.ts'
import type { Shape } from './shape.ts'
import { status } from './status.ts'
import { messages, modelUsage, receipt, tokens, usage } from './usage.ts'
import { emptyTwiml } from './webhook.ts'
import { leg, worker, workerDetail, workerPage, workerStatus } from './worker.ts'

export const SCHEMAS = {
  Time: time,
  Count: count,
  SessionId: sessionId,
  Channel: channel,
  Next: next,
  Problem: problem,
  Health: health,
  Accepted: messageIds,
  Replied: replied,
  Status: status,
  Metrics: metrics,
  Counts: counts,
  Messages: messages,
  Tokens: tokens,
  ModelUsage: modelUsage,
  Usage: usage,
  Receipt: receipt,
  SessionPage: sessionPage,
  ListedSession: listedSession,
  Session: session,
  Turn: turn,
  Run: run,
  Stopped: stopped,
  Conductor: conductor,
  ConductorOfSession: conductorOfSession,
  WorkerPage: workerPage,
  Worker: worker,
  WorkerDetail: workerDetail,
  WorkerStatus: workerStatus,
  Leg: leg,
  EntryPage: entryPage,
  Entry: entry,
  Delivery: delivery,
  Command: command,
  PersonPage: personPage,
  ListedPerson: listedPerson,
  Person: person,
  EmptyTwiml: emptyTwiml,
} as const

export type SchemaName = keyof typeof SCHEMAS
/** The type of a response by the name of its schema. */
export type ShapeOf<Name extends SchemaName> = Shape<(typeof SCHEMAS)[Name]>
