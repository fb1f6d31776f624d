/** The names and inputs that StartExecution accepts. */
import * as z from 'zod'
import { AwsError } from '../../json-service.ts'
import { isTooLarge, parseJson } from '../json.ts'
import { optional } from './request.ts'

const LONGEST_NAME = 80

/**
 * Blanks, `< > { } [ ] ? * " # % \ ^ | ~ ` $ & , ; : /`, control characters, surrogates and
 * non-characters.
 */
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}\ufffe\uffff\u{10ffff}]/u

/** @throws AwsError `InvalidName` */
export const executionName = optional(
  z.string().transform((name) => {
    if (name.length > 0 && name.length <= LONGEST_NAME && !FORBIDDEN.test(name)) return name
    throw new AwsError('InvalidName', `Invalid Name: '${name}'`)
  }),
)

/**
 * Accepts any JSON text; `{}` if there is none.
 * @throws AwsError `InvalidExecutionInput`
 */
export const startInput = optional(z.string()).transform((text = '{}') => {
  const invalid = (problem: string) =>
    new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${problem}'`)
  if (text === '') throw invalid('Invalid execution input.')
  if (isTooLarge(text)) throw invalid('The input is larger than 262144 bytes.')
  if (parseJson(text) === undefined) throw invalid('The input is not JSON.')
  return text
})
