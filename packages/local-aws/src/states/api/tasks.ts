/** SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat. */
import * as z from 'zod'
import { AwsError } from '../../json-service.ts'
import { isTooLarge, parseJson } from '../json.ts'
import type { StateMachines } from '../machines.ts'
import { optional, request } from './request.ts'

const LONGEST_TOKEN = 2048
const LONGEST_ERROR = 256
const LONGEST_CAUSE = 32_768

const atMost = (length: number) =>
  z.string().max(length, `Member must have length less than or equal to ${length}`)

const taskToken = atMost(LONGEST_TOKEN).min(1, 'Member must have length greater than or equal to 1')
const output = z
  .string()
  .refine((text) => !isTooLarge(text), 'Member must have length less than or equal to 262144')

const successShape = z.object({ taskToken, output })
const failureShape = z.object({
  taskToken,
  error: optional(atMost(LONGEST_ERROR)),
  cause: optional(atMost(LONGEST_CAUSE)),
})
const heartbeatShape = z.object({ taskToken })

export const taskOperations = ({ tokens }: StateMachines) => ({
  SendTaskSuccess(input: unknown) {
    const answer = request(successShape, input)
    if (parseJson(answer.output) === undefined) {
      throw new AwsError('InvalidOutput', "Invalid Output: 'The output is not JSON'")
    }
    tokens.waiting(answer.taskToken).succeed(answer.output)
    return {}
  },

  SendTaskFailure(input: unknown) {
    const { taskToken: token, error, cause } = request(failureShape, input)
    tokens.waiting(token).fail({ error, cause })
    return {}
  },

  SendTaskHeartbeat(input: unknown) {
    tokens.waiting(request(heartbeatShape, input).taskToken).heartbeat()
    return {}
  },
})
