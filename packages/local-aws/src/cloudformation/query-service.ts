/** AWS's query protocol, which CloudFormation and STS speak: forms in, XML out. */
import { randomUUID } from 'node:crypto'
import type { Service } from '../endpoint.ts'
import { AwsError } from '../json-service.ts'

/** The parameters of a request. */
export class Form {
  readonly #parameters: URLSearchParams

  constructor(body: string) {
    this.#parameters = new URLSearchParams(body)
  }

  /** Returns a parameter. Throws a ValidationError if it is missing. */
  text(name: string): string {
    const value = this.optional(name)
    if (value !== undefined) return value
    throw new AwsError('ValidationError', `The parameter ${name} is missing`)
  }

  optional(name: string): string | undefined {
    return this.#parameters.get(name) ?? undefined
  }

  /** Returns the records of a list, such as `Tags.member.1.Key`. Their fields keep what is behind the number. */
  list(name: string): readonly Readonly<Record<string, string>>[] {
    const records = new Map<string, Record<string, string>>()
    for (const [key, value] of this.#parameters) {
      if (!key.startsWith(`${name}.member.`)) continue
      const [index = '', ...field] = key.slice(`${name}.member.`.length).split('.')
      records.set(index, { ...records.get(index), [field.join('.')]: value })
    }
    return [...records.values()]
  }
}

/** Implementations by the name of the action. What they return becomes XML. */
export type QueryService = Readonly<Record<string, (form: Form) => unknown>>

/** Serves the actions of a service. `namespace` is that of its responses. */
export function serveQuery(namespace: string, actions: QueryService): Service {
  return async ({ body }, response) => {
    const form = new Form(body.toString())
    const send = (status: number, xml: string) =>
      response
        .writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': randomUUID() })
        .end(xml)
    try {
      const action = form.text('Action')
      const perform = actions[action]
      if (!perform) throw new AwsError('InvalidAction', `${action} is not implemented`)
      const result = { [`${action}Result`]: (await perform(form)) ?? {} }
      send(200, `<${action}Response xmlns="${namespace}">${xml(result)}</${action}Response>`)
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      const problem = { Error: { Type: 'Sender', Code: error.type, Message: error.message } }
      send(error.status, `<ErrorResponse xmlns="${namespace}">${xml(problem)}</ErrorResponse>`)
    }
  }
}

const SIGNS = /[<>&]/g

function xml(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map((each) => `<member>${xml(each)}</member>`).join('')
  if (typeof value !== 'object')
    return String(value).replace(SIGNS, (sign) => `&#${sign.charCodeAt(0)};`)
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([name, inner]) => `<${name}>${xml(inner)}</${name}>`)
    .join('')
}
