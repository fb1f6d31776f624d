/** The schema of a state machine's definition: the implemented part of the Amazon States Language. */
import * as z from 'zod'
import { json } from './json.ts'

/** A number, or an expression that is evaluated to one when the state is entered. */
const number = z.union([z.number(), z.string()])
const fields = z.record(z.string(), json)
const jsonata = z.literal('JSONata').optional()

const common = { Comment: z.string().optional(), QueryLanguage: jsonata }
const transition = { Next: z.string().optional(), End: z.boolean().optional() }
const assigns = { Assign: fields.optional() }
const outputs = { Output: json.optional() }

const retrier = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number().optional(),
  MaxAttempts: z.number().optional(),
  BackoffRate: z.number().optional(),
  MaxDelaySeconds: z.number().optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
})

const catcher = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: z.array(z.string()),
  Next: z.string(),
  ...assigns,
  ...outputs,
})

const handling = { Retry: z.array(retrier).optional(), Catch: z.array(catcher).optional() }

const pass = z.strictObject({
  Type: z.literal('Pass'),
  ...common,
  ...transition,
  ...assigns,
  ...outputs,
})

const task = z.strictObject({
  Type: z.literal('Task'),
  Resource: z.string(),
  Arguments: json.optional(),
  TimeoutSeconds: number.optional(),
  HeartbeatSeconds: number.optional(),
  ...common,
  ...transition,
  ...assigns,
  ...outputs,
  ...handling,
})

const choice = z.strictObject({
  Type: z.literal('Choice'),
  Choices: z.array(
    z.strictObject({
      Comment: z.string().optional(),
      Condition: z.union([z.string(), z.boolean()]),
      Next: z.string(),
      ...assigns,
      ...outputs,
    }),
  ),
  Default: z.string().optional(),
  ...common,
  ...assigns,
  ...outputs,
})

const wait = z.strictObject({
  Type: z.literal('Wait'),
  Seconds: number.optional(),
  Timestamp: z.string().optional(),
  ...common,
  ...transition,
  ...assigns,
  ...outputs,
})

const succeed = z.strictObject({ Type: z.literal('Succeed'), ...common, ...outputs })

const fail = z.strictObject({
  Type: z.literal('Fail'),
  Error: z.string().optional(),
  Cause: z.string().optional(),
  ...common,
})

/** A group of states with a first one: a whole machine, a Parallel branch, or the processor of a Map. */
export interface StatesBlock {
  StartAt: string
  States: Record<string, State>
}

const states: z.ZodType<Record<string, State>> = z.record(
  z.string(),
  z.lazy(() => state),
)
const block = { Comment: z.string().optional(), StartAt: z.string(), States: states }
const branch: z.ZodType<StatesBlock> = z.strictObject(block)
const itemProcessor: z.ZodType<StatesBlock> = z.strictObject({
  ...block,
  ProcessorConfig: z.strictObject({ Mode: z.literal('INLINE').optional() }).optional(),
})

const parallel = z.strictObject({
  Type: z.literal('Parallel'),
  Branches: z.array(branch),
  Arguments: json.optional(),
  ...common,
  ...transition,
  ...assigns,
  ...outputs,
  ...handling,
})

const map = z.strictObject({
  Type: z.literal('Map'),
  ItemProcessor: itemProcessor,
  Items: json.optional(),
  ItemSelector: json.optional(),
  MaxConcurrency: number.optional(),
  ...common,
  ...transition,
  ...assigns,
  ...outputs,
  ...handling,
})

const state = z.discriminatedUnion('Type', [pass, task, choice, wait, succeed, fail, parallel, map])

/** A whole definition, in JSONata throughout. */
export const stateMachine = z.strictObject({
  Version: z.string().optional(),
  QueryLanguage: z.literal('JSONata'),
  TimeoutSeconds: z.number().int().positive().optional(),
  ...block,
})

export type Definition = z.infer<typeof stateMachine>
type PassState = z.infer<typeof pass>
export type TaskState = z.infer<typeof task>
export type ChoiceState = z.infer<typeof choice>
export type WaitState = z.infer<typeof wait>
type SucceedState = z.infer<typeof succeed>
export type FailState = z.infer<typeof fail>
export type ParallelState = z.infer<typeof parallel>
export type MapState = z.infer<typeof map>
export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState
export type Retrier = z.infer<typeof retrier>
export type Catcher = z.infer<typeof catcher>
