/** The definitions of both state machines, parsed from the template. */
import * as z from 'zod'
import { propertiesOf } from './template.ts'

const state = z.looseObject({
  Type: z.string(),
  Resource: z.string().optional(),
  TimeoutSeconds: z.union([z.number(), z.string()]).optional(),
  HeartbeatSeconds: z.number().optional(),
  Arguments: z.looseObject({ FunctionName: z.string() }).optional(),
  Catch: z.array(z.looseObject({ ErrorEquals: z.array(z.string()), Next: z.string() })).default([]),
  Retry: z.array(z.looseObject({ ErrorEquals: z.array(z.string()) })).default([]),
  get ItemProcessor() {
    return z.looseObject({ States: z.record(z.string(), state) }).optional()
  },
})
export type State = z.infer<typeof state>

const definition = z.looseObject({
  StartAt: z.string(),
  QueryLanguage: z.string(),
  TimeoutSeconds: z.number(),
  States: z.record(z.string(), state),
})
export type Definition = z.infer<typeof definition>

const properties = z.looseObject({ DefinitionString: z.string() })

/** By logical id without CDK's hash: `ReviewLoop`, `WorkerLeg`. */
export const machines = propertiesOf('AWS::StepFunctions::StateMachine', properties).map(
  ([id, machine]) => ({
    name: id.replace(/[0-9A-F]{8}$/, ''),
    machine,
    definition: definition.parse(JSON.parse(machine.DefinitionString)),
  }),
)

/** Returns every state by name, including those within a Map. */
export const statesOf = ({ States }: { States: Record<string, State> }): [string, State][] =>
  Object.entries(States).flatMap(([name, each]) => [
    [name, each],
    ...(each.ItemProcessor ? statesOf(each.ItemProcessor) : []),
  ])

export const tasksOf = (each: Definition) =>
  statesOf(each).filter(([, { Type }]) => Type === 'Task')
