/** Evaluates CloudFormation's intrinsic functions and conditions over a template. */
import type { Template } from './template.ts'

/** What the template refers to but does not contain. */
export interface Lookups {
  /** CloudFormation parameters of this start; they override the template's defaults. */
  readonly parameters: Readonly<Record<string, string>>
  /** Pseudo parameters by full name (`AWS::Region`). */
  readonly pseudo: Readonly<Record<string, string>>
  /** The `Ref` of a resource, or undefined if its type has none here. */
  reference(logicalId: string): string | undefined
  /** The `Fn::GetAtt` of a resource, or undefined if it has no such attribute here. */
  attribute(logicalId: string, name: string): string | undefined
}

export interface Resolver {
  /** Returns the value with every intrinsic replaced. Errors name `where`. */
  resolve(value: unknown, where: string): unknown
  /** Whether a condition of the template is true. */
  condition(name: string): boolean
}

type Evaluate = (value: unknown) => unknown

/** Stands for `AWS::NoValue`: the property or list element is removed. */
const nothing = Symbol('AWS::NoValue')

/** Returns the resolver of a template. It throws for anything it cannot resolve, naming it. */
export function resolver(template: Template, lookups: Lookups): Resolver {
  const condition = (name: string): boolean => {
    const expression = template.Conditions[name]
    if (expression === undefined) throw new Error(`The template has no condition ${name}`)
    return evaluate(expression) === true
  }
  const functions = {
    ...references(template, lookups),
    ...textFunctions(lookups, template),
    ...logic(condition),
  }
  const evaluate: Evaluate = (value) => {
    if (Array.isArray(value)) return value.map(evaluate).filter((item) => item !== nothing)
    if (!isRecord(value)) return value
    const [name, ...others] = Object.keys(value)
    if (name !== undefined && others.length === 0 && isIntrinsic(name, value[name])) {
      const apply = functions[name]
      if (!apply) throw new Error(`${name} is not implemented`)
      return apply(value[name], evaluate)
    }
    const entries = Object.entries(value).map(([key, inner]) => [key, evaluate(inner)] as const)
    return Object.fromEntries(entries.filter(([, inner]) => inner !== nothing))
  }
  const named = <T>(where: string, work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw new Error(`${where}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      })
    }
  }
  return {
    resolve: (value, where) => named(where, () => evaluate(value)),
    condition: (name) => named(`Condition ${name}`, () => condition(name)),
  }
}

type Functions = Record<string, (argument: unknown, evaluate: Evaluate) => unknown>

function references(template: Template, lookups: Lookups): Functions {
  return {
    Ref: (name) => reference(String(name), template, lookups),
    'Fn::GetAtt': (argument, evaluate) => {
      const [logicalId, ...names] =
        typeof argument === 'string' ? argument.split('.') : list(argument, 'Fn::GetAtt')
      return attribute(String(logicalId), names.map((part) => evaluate(part)).join('.'), lookups)
    },
    'Fn::FindInMap': (argument, evaluate) => {
      const [map, first, second] = list(evaluate(argument), 'Fn::FindInMap').map(String)
      const found = template.Mappings[map ?? '']?.[first ?? '']?.[second ?? '']
      if (found === undefined) throw new Error(`Mapping ${map}.${first}.${second} does not exist`)
      return found
    },
  }
}

function textFunctions(lookups: Lookups, template: Template): Functions {
  return {
    'Fn::Join': (argument, evaluate) => {
      const [separator, parts] = list(argument, 'Fn::Join')
      return list(evaluate(parts), 'Fn::Join').map(text('Fn::Join')).join(String(separator))
    },
    'Fn::Select': (argument, evaluate) => {
      const [index, from] = list(argument, 'Fn::Select')
      const chosen = list(evaluate(from), 'Fn::Select')[Number(evaluate(index))]
      if (chosen === undefined) throw new Error(`Fn::Select has no element ${evaluate(index)}`)
      return chosen
    },
    'Fn::Split': (argument, evaluate) => {
      const [separator, source] = list(argument, 'Fn::Split')
      return text('Fn::Split')(evaluate(source)).split(String(separator))
    },
    'Fn::Sub': (argument, evaluate) => {
      const [pattern, variables] = Array.isArray(argument) ? argument : [argument, {}]
      const given = isRecord(variables) ? variables : {}
      return String(pattern)
        .replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
          if (name in given) return text(`Fn::Sub \${${name}}`)(evaluate(given[name]))
          const [logicalId = '', ...attributes] = name.split('.')
          return attributes.length > 0
            ? attribute(logicalId, attributes.join('.'), lookups)
            : text(`Fn::Sub \${${name}}`)(reference(name, template, lookups))
        })
        .replaceAll('${!', '${')
    },
  }
}

function logic(condition: (name: string) => boolean): Functions {
  return {
    Condition: (name) => condition(String(name)),
    'Fn::If': (argument, evaluate) => {
      const [name, yes, no] = list(argument, 'Fn::If')
      return evaluate(condition(String(name)) ? yes : no)
    },
    'Fn::Equals': (argument, evaluate) => {
      const [left, right] = list(evaluate(argument), 'Fn::Equals')
      return String(left) === String(right)
    },
    'Fn::Not': (argument, evaluate) => list(evaluate(argument), 'Fn::Not')[0] !== true,
    'Fn::And': (argument, evaluate) =>
      list(evaluate(argument), 'Fn::And').every((one) => one === true),
    'Fn::Or': (argument, evaluate) => list(evaluate(argument), 'Fn::Or').includes(true),
  }
}

function reference(name: string, template: Template, lookups: Lookups): unknown {
  if (name === 'AWS::NoValue') return nothing
  const known = lookups.pseudo[name] ?? lookups.parameters[name] ?? lookups.reference(name)
  if (known !== undefined) return known
  const declared = template.Parameters[name]
  if (declared?.Type.startsWith('AWS::SSM::')) {
    throw new Error(`Parameter ${name} is read from SSM, which is not implemented: give its value`)
  }
  if (declared?.Default !== undefined) return declared.Default
  if (declared) throw new Error(`Parameter ${name} has no default: give its value`)
  throw new Error(`Ref ${name} cannot be resolved`)
}

function attribute(logicalId: string, name: string, lookups: Lookups): string {
  const value = lookups.attribute(logicalId, name)
  if (value === undefined) throw new Error(`Fn::GetAtt ${logicalId}.${name} cannot be resolved`)
  return value
}

const isIntrinsic = (name: string, argument: unknown) =>
  name === 'Ref' ||
  name.startsWith('Fn::') ||
  (name === 'Condition' && typeof argument === 'string')

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function list(value: unknown, of: string): unknown[] {
  if (Array.isArray(value)) return value
  throw new Error(`${of} needs a list`)
}

const text = (of: string) => (value: unknown) => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  throw new Error(`${of} needs text, not ${JSON.stringify(value)}`)
}
