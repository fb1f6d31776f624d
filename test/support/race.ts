/** Baton for races: a test can hold requests, invoke functions directly and read the session item. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetExecutionHistoryCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { expect } from 'vitest'
import * as z from 'zod'
import { sessionNames } from '../../src/adapters/stored-names.ts'
import type { Entry } from '../../src/core/history.ts'
import type { Session } from '../../src/core/session.ts'
import { replies, type TestBaton, type TestOptions, testBaton } from './baton.ts'
import { type HeldCalls, heldCalls } from './held-calls.ts'
import { PATIENT } from './patience.ts'

/** Text that a write to one of the tables contains. */
export const TO_SESSION = 'StorageSessions'

export const TO_HISTORY = 'StorageConversations'

export const TO_WORKERS = 'StorageWorkers'

const LOOP = 'Baton/ReviewLoop/ReviewLoopFunction'
const FUNCTIONS = {
  AskConductor: LOOP,
  ContinueRun: LOOP,
  AwaitMessage: LOOP,
  DispatchMessage: 'Baton/Intake/DispatchMessage',
  AppendDeadLetter: 'Baton/Recovery/Recovery',
  RecoverRun: 'Baton/Recovery/Recovery',
} as const

export interface Race extends Pick<HeldCalls, 'hold'> {
  readonly baton: TestBaton
  /** The current session item. */
  item(session: string): Promise<Session>
  /** Resolves with the session item once it meets a condition. */
  itemWhen(session: string, holds: (item: Session) => boolean): Promise<Session>
  /** Runs a step as a late or repeated one would, and returns its result. */
  invoke(step: keyof typeof FUNCTIONS, event: object): Promise<unknown>
  /** Accepts a message, which only `deliver` delivers. */
  queued(session: string, content: string): Promise<string>
  deliver(message: string, consumer?: 'DispatchMessage' | 'AppendDeadLetter'): Promise<unknown>
  /** Ends the execution of run `run` from outside. */
  abort(session: string, run: number): Promise<void>
  /** Ends the execution of a leg from outside. */
  abortLeg(session: string, workerId: string, leg: number): Promise<void>
  /** Returns the event types of its execution. */
  events(session: string, run: number): Promise<readonly string[]>
  stop(session: string): Promise<Response>
  /**
   * Waits for this number of replies and a closed run. Fails if there is one more, or a message is lost or
   * duplicated.
   */
  ended(session: string, messages: readonly string[], replies: number): Promise<readonly Entry[]>
}

const sendMessage = z.object({ MessageBody: z.string() })

export async function startRace(options: Pick<TestOptions, 'pauses'> = {}): Promise<Race> {
  const { intercept, hold } = heldCalls()
  const baton = await testBaton({ intercept, ...options })
  const { region, endpoint, credentials, resources } = baton.aws
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({ region, endpoint, credentials }))
  const sfn = new SFNClient({ region, endpoint, credentials })
  const machineAt = (path: string) => resources.find(path, 'AWS::StepFunctions::StateMachine')
  const machine = machineAt('Baton/ReviewLoop/ReviewLoop')
  const workerLeg = machineAt('Baton/WorkerLeg/WorkerLeg')
  const TableName = resources.find('Baton/Storage/Sessions').physicalId

  const item: Race['item'] = async (sessionId) => {
    const get = new GetCommand({ TableName, Key: { sessionId }, ConsistentRead: true })
    const { Item } = await dynamo.send(get)
    return (Item && sessionNames.read(Item)) as Session
  }
  const itemWhen: Race['itemWhen'] = async (session, holds) => {
    const poll = async () => {
      const now = await item(session)
      return now !== undefined && holds(now)
    }
    await expect.poll(poll, { ...PATIENT, interval: 100 }).toBe(true)
    return item(session)
  }
  const invoke: Race['invoke'] = async (step, event) => {
    const given = FUNCTIONS[step] === LOOP ? { task: step, ...event } : event
    const outcome = await baton.aws.invoke(FUNCTIONS[step], given)
    return outcome.ok ? outcome.payload : outcome.errorType
  }
  const executionNamed = ({ arn }: { arn?: string }, name: string) =>
    `${arn?.replace(':stateMachine:', ':execution:')}:${name}`
  const executionOf = (session: string, run: number) =>
    executionNamed(machine, `${session}.r${run}`)
  const stop = async (executionArn: string) => {
    await sfn.send(new StopExecutionCommand({ executionArn, error: 'Console', cause: 'by hand' }))
  }
  return {
    baton,
    hold,
    item,
    itemWhen,
    invoke,
    queued: async (session, content) => {
      const held = hold({ session, step: 'ReceiveMessage', operation: 'sqs SendMessage' })
      const sent = baton.send(session, content).catch(() => 'crashed')
      const { body } = await held.arrived
      held.crash()
      await sent
      return sendMessage.parse(JSON.parse(body.toString())).MessageBody
    },
    deliver: (message, consumer = 'DispatchMessage') => invoke(consumer, delivery(message)),
    abort: (session, run) => stop(executionOf(session, run)),
    abortLeg: (session, workerId, leg) =>
      stop(executionNamed(workerLeg, `${session}.${workerId}.${leg}`)),
    events: async (session, run) => {
      const executionArn = executionOf(session, run)
      const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }))
      return events.map(({ type = '' }) => type)
    },
    stop: (session) => baton.request(`/api/sessions/${session}/stop`, { method: 'POST' }),
    ended: async (session, messages, count) => {
      await baton.until(session, (all) => replies(all).length >= count)
      await itemWhen(session, ({ run }) => !run.open)
      const entries = await baton.history(session)
      const received = entries.filter(({ role }) => role === 'user').map(({ text }) => text)
      expect(received).toEqual(messages)
      expect(replies(entries)).toHaveLength(count)
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1))
      return entries
    },
  }
}

const delivery = (body: string) => ({
  Records: [
    {
      messageId: 'delivered-by-the-test',
      receiptHandle: 'none',
      body,
      attributes: { MessageGroupId: 'race' },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:queue.fifo',
      awsRegion: 'eu-west-1',
    },
  ],
})
