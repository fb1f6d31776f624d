/** Parses a definition, and refuses everything that would not run here as on AWS, by name. */
import validateAsl from 'asl-validator'
import { type Definition, stateMachine } from './definition.ts'
import { expressionProblems } from './expression-rules.ts'
import { parseJson } from './json.ts'
import { unsupported } from './unsupported.ts'
import { variableNameProblems } from './variable-names.ts'

/** A definition that cannot run here. The message lists every reason. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError'

  constructor(machine: string, problems: readonly string[]) {
    super(`The state machine '${machine}' cannot run here:\n- ${problems.join('\n- ')}`)
  }
}

/** Fields that may hold any literal on AWS, but only an expression in the validator. */
const LITERAL_FIELDS = ['Output', 'Condition']

/**
 * Returns the validator's findings. It gets a copy, because it modifies its input. In the copy, an expression
 * replaces each literal that only the validator refuses.
 */
function specificationProblems(text: string): string[] {
  const copy: unknown = JSON.parse(text, (key, value: unknown) =>
    LITERAL_FIELDS.includes(key) ? '{% null %}' : value,
  )
  const verdict = validateAsl(copy, { checkPaths: true, checkArn: false })
  return verdict.isValid ? [] : [verdict.errorsText('\n- ')]
}

/**
 * @param name the machine's name, for the error
 * @param text the definition's JSON
 * @throws DefinitionError
 */
export function parseDefinition(name: string, text: string): Definition {
  const raw = parseJson(text)
  if (raw === undefined) throw new DefinitionError(name, ['its definition is not JSON'])
  const refuse = (problems: string[]) => {
    if (problems.length > 0) throw new DefinitionError(name, problems)
  }
  refuse(unsupported(raw))
  const parsed = stateMachine.safeParse(raw)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('/')}: ${message}`)
    throw new DefinitionError(name, problems)
  }
  refuse(specificationProblems(text))
  refuse(variableNameProblems(parsed.data))
  refuse(expressionProblems(parsed.data))
  return parsed.data
}
