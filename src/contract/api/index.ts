/**
 * The schemas of the API by name: `#/components/schemas/<name>` in docs/openapi.yaml. Routes name the schemas of their
 * responses, so that no function loads them.
 */
import { access } from './access.ts'
import { command } from './command.ts'
import { channel, count, messageIds, next, time } from './common.ts'
import { conductor, conductorOfSession } from './conductor.ts'
import { delivery, recipient } from './delivery.ts'
import { entry, entryPage } from './entry.ts'
import { dependencies, dependency, health } from './health.ts'
import { sessionId } from './ids.ts'
import { limit } from './limit.ts'
import { replied } from './message.ts'
import { counts, daily, metrics, personCounts } from './metrics.ts'
import { openApi } from './open-api.ts'
import { listedPerson, person, personPage } from './person.ts'
import { preview } from './preview.ts'
import { problem } from './problem.ts'
import { answer, askedQuestion, question, questionPage } from './question.ts'
import { listedSession, run, session, sessionPage, stopped, turn } from './session.ts'
import { sessionLink } from './session-link.ts'
import type { Shape } from './shape.ts'
import { status } from './status.ts'
import { createdToken, listedToken, tokenList } from './token.ts'
import { undelivered, undeliveredPage } from './undelivered.ts'
import { messages, modelUsage, receipt, tokens, usage } from './usage.ts'
import { emptyTwiml } from './webhook.ts'
import { leg, legVerification, worker, workerDetail, workerPage, workerStatus } from './worker.ts'

export const SCHEMAS = {
  Time: time,
  Count: count,
  SessionId: sessionId,
  Channel: channel,
  Next: next,
  Problem: problem,
  Health: health,
  Dependencies: dependencies,
  Dependency: dependency,
  OpenApi: openApi,
  Accepted: messageIds,
  Replied: replied,
  Access: access,
  Status: status,
  Metrics: metrics,
  Daily: daily,
  PersonCounts: personCounts,
  Counts: counts,
  Limit: limit,
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
  SessionLink: sessionLink,
  Conductor: conductor,
  ConductorOfSession: conductorOfSession,
  WorkerPage: workerPage,
  Worker: worker,
  WorkerDetail: workerDetail,
  WorkerStatus: workerStatus,
  Leg: leg,
  LegVerification: legVerification,
  Preview: preview,
  EntryPage: entryPage,
  Entry: entry,
  Delivery: delivery,
  Recipient: recipient,
  UndeliveredPage: undeliveredPage,
  Undelivered: undelivered,
  Command: command,
  QuestionPage: questionPage,
  Question: question,
  AskedQuestion: askedQuestion,
  Answer: answer,
  PersonPage: personPage,
  ListedPerson: listedPerson,
  Person: person,
  TokenList: tokenList,
  ListedToken: listedToken,
  CreatedToken: createdToken,
  EmptyTwiml: emptyTwiml,
} as const

export type SchemaName = keyof typeof SCHEMAS
/** The type of a response by the name of its schema. */
export type ShapeOf<Name extends SchemaName> = Shape<(typeof SCHEMAS)[Name]>
