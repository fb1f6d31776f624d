/** What the synthesised template says about the functions: their triggers and settings. */
import * as z from 'zod'
import type { Template } from '../../packages/local-aws/src/template.ts'

const functionProperties = z.object({
  Code: z.object({ S3Key: z.string() }),
  MemorySize: z.number().default(128),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
})
const reference = z.object({ Ref: z.string() })
const target = z.object({ Arn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }) })
const mapping = z.object({ FunctionName: reference })
const rule = z.object({ ScheduleExpression: z.string().optional(), Targets: z.array(target) })

export interface DeployedFunction {
  readonly logicalId: string
  /** Its name in its log: `receive-message`. */
  readonly service: string
  readonly memoryMb: number
  readonly s3Key: string
  readonly variables: Readonly<Record<string, unknown>>
}

export interface Schedule {
  readonly expression: string
  readonly functionId: string
}

/** Returns the properties of every resource of a type, by logical id. */
export const resourcesOf = <Shape extends z.ZodType>(
  { Resources }: Pick<Template, 'Resources'>,
  type: string,
  shape: Shape,
): [string, z.output<Shape>][] =>
  Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => [id, shape.parse(Properties)])

export const functionsOf = (template: Template): DeployedFunction[] =>
  resourcesOf(template, 'AWS::Lambda::Function', functionProperties).map(
    ([
      logicalId,
      {
        Code,
        MemorySize,
        Environment: { Variables },
      },
    ]) => ({
      logicalId,
      service: String(Variables.POWERTOOLS_SERVICE_NAME ?? logicalId),
      memoryMb: MemorySize,
      s3Key: Code.S3Key,
      variables: Variables,
    }),
  )

/** Returns the functions that a queue invokes, one for each mapping. */
export const queueConsumers = (template: Template): string[] =>
  resourcesOf(template, 'AWS::Lambda::EventSourceMapping', mapping).map(
    ([, { FunctionName }]) => FunctionName.Ref,
  )

export const schedulesOf = (template: Template): Schedule[] =>
  resourcesOf(template, 'AWS::Events::Rule', rule).flatMap(
    ([, { ScheduleExpression: expression, Targets }]) =>
      expression === undefined
        ? []
        : Targets.map(({ Arn }) => ({ expression, functionId: Arn['Fn::GetAtt'][0] })),
  )
