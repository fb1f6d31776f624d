/** The rules for expressions that Step Functions checks when a machine is created. */
import jsonata from 'jsonata'
import type { Definition } from './definition.ts'
import { describeError, isExpression, sourceOf } from './expression.ts'
import { everyState } from './unsupported.ts'

const RESULT_FIELDS = ['Output', 'Assign']
const STATES_WITH_RESULT = ['Task', 'Map', 'Parallel']

function* expressionsIn(value: unknown): Generator<string> {
  if (typeof value === 'string' && isExpression(value)) yield sourceOf(value)
  if (typeof value !== 'object' || value === null) return
  for (const part of Object.values(value)) yield* expressionsIn(part)
}

/** Whether a syntax tree refers to the variable `$$`, the root document. */
function namesRoot(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false
  if ('type' in node && node.type === 'variable' && 'value' in node && node.value === '$')
    return true
  return Object.values(node).some(namesRoot)
}

function syntaxProblem(source: string): string | undefined {
  try {
    return namesRoot(jsonata(source).ast())
      ? "uses '$$', but there is no input document: use $states.input"
      : undefined
  } catch (error) {
    return `is not JSONata 2.0.6: ${describeError(error)}`
  }
}

/** Whether a field may read `$states.result` and `$states.errorOutput`. */
interface Readable {
  readonly result: boolean
  readonly errorOutput: boolean
}

function problem(source: string, readable: Readable): string | undefined {
  const syntax = syntaxProblem(source)
  if (syntax !== undefined) return syntax
  if (!readable.result && /\$states\.result\b/.test(source))
    return 'must not use $states.result here'
  if (!readable.errorOutput && /\$states\.errorOutput\b/.test(source)) {
    return 'must not use $states.errorOutput here'
  }
  return undefined
}

const without = (value: object, keys: readonly string[]): [string, unknown][] =>
  Object.entries(value).filter(([key]) => !keys.includes(key))

/** Yields a state's fields, each with what it may read. States inside a Map or Parallel are yielded separately. */
function* readableFields(
  type: string | undefined,
  state: object,
): Generator<[string, unknown, Readable]> {
  const result = STATES_WITH_RESULT.includes(type ?? '')
  for (const [field, value] of without(state, ['Catch', 'Branches', 'ItemProcessor'])) {
    yield [field, value, { result: result && RESULT_FIELDS.includes(field), errorOutput: false }]
  }
  if ('Catch' in state) yield ['Catch', state.Catch, { result: false, errorOutput: true }]
}

/**
 * Returns one sentence for each expression that AWS would refuse at creation. A bare field name or a `$` at the
 * top of an expression is undefined at run time, which is where AWS reports it.
 */
export function expressionProblems(definition: Definition): string[] {
  return [...everyState(definition)].flatMap(([name, state]) =>
    [...readableFields(state.Type, state)].flatMap(([field, value, readable]) =>
      [...expressionsIn(value)].flatMap((source) => {
        const found = problem(source, readable)
        return found === undefined
          ? []
          : [`state '${name}': the expression '${source}' in ${field} ${found}`]
      }),
    ),
  )
}
