/** Parses requests, and formats AWS's errors for members that are missing or invalid. */
import * as z from 'zod'
import { AwsError } from '../../json-service.ts'

/** An optional member. SDKs and people also write null for one that is absent. */
export const optional = <T extends z.ZodType>(type: T) =>
  type.nullish().transform((value) => value ?? undefined)

/** Entries of a page: the default and the maximum. */
const DEFAULT_PAGE = 100
const LARGEST_PAGE = 1000

const constraint = (member: string, value: unknown, rule: string): string =>
  `Value '${String(value)}' at '${member}' failed to satisfy constraint: ${rule}`

export const validationError = (problems: readonly string[]): AwsError =>
  new AwsError(
    'ValidationException',
    `${problems.length} validation error${problems.length === 1 ? '' : 's'} detected: ${problems.join('; ')}`,
  )

/**
 * Returns the request parsed by `shape`.
 * @throws AwsError `ValidationException`
 */
export function request<T extends z.ZodType>(shape: T, input: unknown): z.output<T> {
  const parsed = shape.safeParse(input)
  if (parsed.success) return parsed.data
  throw validationError(
    parsed.error.issues.map(({ path, message }) =>
      constraint(path.join('.'), valueAt(input, path), message),
    ),
  )
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    input,
  )
}

/** `maxResults`: 0 means the default of 100. */
export const maxResults = optional(
  z
    .number()
    .int()
    .max(LARGEST_PAGE, 'Member must have value less than or equal to 1000')
    .min(0, 'Member must have value greater than or equal to 0'),
).transform((value) => value || DEFAULT_PAGE)

/** An ARN of the given kind. */
export const arnOf = (kind: 'stateMachine' | 'execution') => {
  const form = new RegExp(`^arn:aws[\\w-]*:states:[^:]+:\\d{12}:${kind}:`)
  return z.string().transform((arn) => {
    if (form.test(arn)) return arn
    throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`)
  })
}
