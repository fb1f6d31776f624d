/** Evaluates the JSONata expressions of a state's fields as Step Functions does. */
import jsonata, { type Expression } from 'jsonata'
import { defineFunctions } from './functions.ts'
import { type Json, typeName } from './json.ts'

/** What an expression may refer to: the machine's variables and `states`. */
export type Bindings = Readonly<Record<string, unknown>>

/** An expression without a usable value. `field` is its place, for example `Output/result`. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError'
  readonly field: string

  constructor(expression: string, field: string, problem: string) {
    super(`The JSONata expression '${expression}' specified for the field '${field}' ${problem}`)
    this.field = field
  }
}

/**
 * Whether a string of a definition is an expression: it starts and ends with the delimiters, without spaces around
 * them.
 */
export const isExpression = (text: string): boolean => text.startsWith('{%') && text.endsWith('%}')

/** Returns the JSONata between the delimiters. */
export const sourceOf = (text: string): string => text.slice(2, -2).trim()

const FUNCTION_MARKS = ['_jsonata_lambda', '_jsonata_function']

/** JSONata represents a function in a result as an object of its internals, which must not be mistaken for data. */
const isFunction = (value: unknown): boolean =>
  typeof value === 'function' ||
  (typeof value === 'object' && value !== null && FUNCTION_MARKS.some((mark) => mark in value))

class UnsupportedResult extends Error {}

/** Returns a copy that is plain JSON, so that later changes do not affect it. */
function plain(value: unknown): Json {
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (isFunction(part)) throw new UnsupportedResult()
    return part
  })
  return JSON.parse(text)
}

/** JSONata reports errors as plain objects with a code and a message. */
export function describeError(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const message = 'message' in error ? String(error.message) : String(error)
  return 'code' in error ? `${String(error.code)}: ${message}` : message
}

/** Compiles each expression once and evaluates templates with it. */
export class Expressions {
  readonly #compiled = new Map<string, Expression>()
  readonly #environment: { random: () => number; now: () => number }

  constructor(environment: { random: () => number; now: () => number }) {
    this.#environment = environment
  }

  /**
   * Returns a copy of `template` in which every expression is replaced by its value. Keys and other strings stay
   * as they are.
   * @param field where the template stands, for the error's text
   * @throws EvaluationError
   */
  async evaluate(template: Json, bindings: Bindings, field: string): Promise<Json> {
    if (typeof template === 'string') {
      return isExpression(template) ? this.#value(sourceOf(template), bindings, field) : template
    }
    if (Array.isArray(template)) {
      const items: Json[] = []
      for (const [index, item] of template.entries()) {
        items.push(await this.evaluate(item, bindings, `${field}[${index}]`))
      }
      return items
    }
    if (template === null || typeof template !== 'object') return template
    const entries: [string, Json][] = []
    for (const [key, value] of Object.entries(template)) {
      entries.push([key, await this.evaluate(value, bindings, `${field}/${key}`)])
    }
    return Object.fromEntries(entries)
  }

  async #value(source: string, bindings: Bindings, field: string): Promise<Json> {
    const value = await this.#run(source, bindings, field)
    if (value === undefined) {
      throw new EvaluationError(source, field, 'returned nothing (undefined).')
    }
    try {
      return plain(value)
    } catch (error) {
      if (!(error instanceof UnsupportedResult)) throw error
      throw new EvaluationError(source, field, 'returned an unsupported result type.')
    }
  }

  async #run(source: string, bindings: Bindings, field: string): Promise<unknown> {
    try {
      return await this.#compile(source).evaluate(undefined, bindings)
    } catch (error) {
      throw new EvaluationError(
        source,
        field,
        `threw an error during evaluation. ${describeError(error)}`,
      )
    }
  }

  #compile(source: string): Expression {
    const known = this.#compiled.get(source)
    if (known !== undefined) return known
    const expression = jsonata(source)
    defineFunctions(expression, this.#environment)
    this.#compiled.set(source, expression)
    return expression
  }
}

/** Returns the error for a value of the wrong JSON type, in AWS's words as recorded. */
export function unexpectedType(
  template: Json,
  field: string,
  expected: string,
  value: Json,
): Error {
  const source = typeof template === 'string' ? sourceOf(template) : JSON.stringify(template)
  return new EvaluationError(
    source,
    field,
    `returned an unexpected result type. Expected '${expected}', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`,
  )
}
