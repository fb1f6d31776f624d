/** The commands of a turn, as the history shows them. */
import * as z from 'zod'
import { COMMAND_TYPES, commandFields } from '../../commands/index.ts'
import { verdictRecord } from '../review.ts'
import type { Shape } from './shape.ts'

const oneOf = (schemas: readonly z.ZodType[]) => {
  const [only, ...others] = schemas
  return only && others.length === 0 ? only : z.union(schemas)
}

/** The fields of all commands. Each names the commands that have it. */
const fields: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  [...commandFields()].map(([name, { schemas, types }]) => [
    name,
    oneOf([...schemas])
      .exactOptional()
      .describe(`Of ${types.join(', ')}`),
  ]),
)

export const command = z
  .looseObject({
    id: z.string(),
    type: z
      .enum([...COMMAND_TYPES, 'MALFORMED'])
      .describe('MALFORMED: the conductor wrote something that is not a command'),
    status: z
      .enum(['pending', 'done', 'held', 'refused', 'failed'])
      .describe('held: the message waits for approval; a later entry says what was decided'),
    outcome: z.string().exactOptional(),
    record: verdictRecord
      .exactOptional()
      .describe('Of REVIEW_WORKER: what Baton made of the verdict, and what it rests on'),
    asked: z.string().exactOptional().describe('Of MALFORMED: what the conductor wrote'),
    problem: z.string().exactOptional().describe('Of MALFORMED: what is wrong with it'),
    // Their types are known only at run time.
    ...(fields as object),
  })
  .describe('A command of a turn with its own fields and its outcome')
export type EntryCommand = Shape<typeof command>
