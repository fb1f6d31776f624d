/** The stack on this machine: physical names, ARNs, URLs and resolved properties of its resources. */
import * as z from 'zod'
import { type Addresses, account, apiId, type Identity, identity, region } from './identity.ts'
import { resolver } from './intrinsics.ts'
import { type Properties, propertySchemas } from './resource-properties.ts'
import { type ImplementedType, ignoredTypes } from './resource-types.ts'
import type { Template } from './template.ts'

/** One resource of the stack, as callers of the package see it. */
export interface StackResource {
  readonly logicalId: string
  readonly type: string
  /** Path in the construct tree, `Stack/Storage/Table/Resource`; empty if the synthesis did not record it. */
  readonly constructPath: string
  /** Its `Ref`: a name, a queue's URL, a state machine's ARN. */
  readonly physicalId: string
  readonly arn?: string
  /** A function URL, a queue's URL or the API's URL. */
  readonly url?: string
}

export interface Declared<T extends ImplementedType> {
  readonly logicalId: string
  /** Name on this machine, as in the ARN. */
  readonly name: string
  readonly arn: string
  /** A function URL, a queue's URL or the API's URL; empty for other types. */
  readonly url: string
  readonly properties: Properties<T>
}

export interface Stack {
  readonly template: Template
  readonly resources: readonly StackResource[]
  /**
   * Returns every resource of a type with its properties resolved and checked. Throws, naming what is not
   * implemented.
   */
  all<T extends ImplementedType>(type: T): Declared<T>[]
  /** Returns an attribute of a resource. Throws if it has none of this name. */
  attribute(logicalId: string, name: string): string
  /** Returns the stack's outputs, without those about resources that have no effect on this machine. */
  outputs(): Record<string, string>
}

/** Resolves a template on this machine. Throws for intrinsics or properties that are not implemented. */
export function placeStack(
  template: Template,
  addresses: Addresses,
  parameters: Readonly<Record<string, string>>,
): Stack {
  const identities = new Map<string, Identity>()
  const underWay = new Set<string>()
  const identify = (logicalId: string): Identity | undefined => {
    const known = identities.get(logicalId)
    if (known || !template.Resources[logicalId]) return known
    if (underWay.has(logicalId)) throw new Error(`${logicalId} refers to itself`)
    underWay.add(logicalId)
    const made = identity(logicalId, template, addresses, resolve)
    identities.set(logicalId, made)
    return made
  }
  const { resolve, condition } = resolver(template, {
    parameters,
    pseudo: pseudoParameters(template.stackName),
    reference: (logicalId) => identify(logicalId)?.ref,
    attribute: (logicalId, name) => identify(logicalId)?.attributes[name],
  })
  const present = Object.entries(template.Resources).filter(
    ([, { Condition }]) => Condition === undefined || condition(Condition),
  )
  const describe = (logicalId: string, type: string): StackResource => {
    const { ref = logicalId, attributes = {}, url } = identify(logicalId) ?? {}
    return {
      logicalId,
      type,
      constructPath: template.constructPaths.get(logicalId) ?? '',
      physicalId: ref,
      ...(attributes.Arn === undefined ? {} : { arn: attributes.Arn }),
      ...(url === undefined ? {} : { url }),
    }
  }
  return {
    template,
    resources: present.map(([logicalId, { Type }]) => describe(logicalId, Type)),
    all: (type) =>
      present
        .filter(([, { Type }]) => Type === type)
        .map(([logicalId, { Properties }]) => {
          const { name = logicalId, attributes = {}, url = '' } = identify(logicalId) ?? {}
          const where = `${logicalId} (${type})`
          const resolved = onThisMachine(resolve(Properties, where), addresses)
          return {
            logicalId,
            name,
            arn: attributes.Arn ?? '',
            url,
            properties: check(type, resolved, where),
          }
        }),
    attribute: (logicalId, name) =>
      String(resolve({ 'Fn::GetAtt': [logicalId, name] }, `${logicalId}.${name}`)),
    outputs: () =>
      Object.fromEntries(
        Object.entries(template.Outputs)
          .filter(([, { Value }]) => !refersToIgnored(template, Value))
          .map(([name, { Value }]) => [
            name,
            String(onThisMachine(resolve(Value, `Output ${name}`), addresses)),
          ]),
      ),
  }
}

/** Returns whether a value has an attribute of a resource that has no effect on this machine. */
const refersToIgnored = ({ Resources }: Template, value: unknown) =>
  [...JSON.stringify(value).matchAll(/"Fn::GetAtt":\["(?<id>\w+)"/g)].some(
    ({ groups }) => ignoredTypes[Resources[groups?.id ?? '']?.Type ?? ''] !== undefined,
  )

const schemas: { readonly [T in ImplementedType]: z.ZodType<Properties<T>> } = propertySchemas

function check<T extends ImplementedType>(
  type: T,
  properties: unknown,
  where: string,
): Properties<T> {
  const result = schemas[type].safeParse(properties)
  if (result.success) return result.data
  throw new Error(`${where} is not implemented like this: ${z.prettifyError(result.error)}`)
}

/** CDK builds an HTTP API's URL from its id and the region: requests to such a URL must not leave the machine. */
function onThisMachine(value: unknown, { api }: Addresses): unknown {
  const gateway = `https://${apiId}.execute-api.${region}.amazonaws.com`
  return JSON.parse(JSON.stringify(value).replaceAll(gateway, api))
}

const pseudoParameters = (stackName: string): Record<string, string> => ({
  'AWS::AccountId': account,
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/local`,
  'AWS::StackName': stackName,
  'AWS::URLSuffix': 'amazonaws.com',
})
