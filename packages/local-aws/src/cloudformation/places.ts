/** Where stacks live: the one that runs on this machine, and others, of which only buckets and parameters have an effect. */
import { isDeepStrictEqual } from 'node:util'
import type { S3Client } from '@aws-sdk/client-s3'
import type { Addresses } from '../identity.ts'
import { createBuckets } from '../objects.ts'
import { ignoredTypes } from '../resource-types.ts'
import { placeStack, type Stack } from '../stack.ts'
import type { Template } from '../template.ts'
import type { Change } from './changes.ts'

/** Performs changes of a stack. */
export interface Place {
  /** Returns the physical id of the resource, or why the change cannot be made. */
  perform(change: Change): Promise<{ readonly physicalId: string } | { readonly refusal: string }>
  outputs(): Readonly<Record<string, string>>
}

type Definition = Template['Resources'][string]

const isSame = (one: Definition | undefined, other: Definition | undefined) =>
  one?.Type === other?.Type && isDeepStrictEqual(one?.Properties, other?.Properties)

/**
 * The stack that runs. It runs from its start to its end as its template says, so a change is made if it leads to that, and
 * refused otherwise.
 */
export function runningPlace(running: Stack, wanted: Template): Place {
  const physicalIds = new Map(
    running.resources.map(({ logicalId, physicalId }) => [logicalId, physicalId]),
  )
  return {
    perform: async ({ logicalId }) =>
      isSame(running.template.Resources[logicalId], wanted.Resources[logicalId])
        ? { physicalId: physicalIds.get(logicalId) ?? logicalId }
        : { refusal: 'This machine runs another template: restart it with this one.' },
    outputs: () => running.outputs(),
  }
}

/** Types of the CDK's bootstrap stack that have an effect here, or need none. */
const OTHER_TYPES = ['AWS::S3::Bucket', 'AWS::SSM::Parameter', 'AWS::ECR::Repository']

export interface OtherStacks {
  readonly s3: S3Client
  readonly addresses: Addresses
  /** Values of parameters in SSM, by name. */
  readonly ssm: Map<string, string>
}

/** Any other stack, such as the one of `cdk bootstrap`. */
export function otherPlace(
  wanted: Template,
  parameters: Readonly<Record<string, string>>,
  { s3, addresses, ssm }: OtherStacks,
): Place {
  const stack = placeStack(wanted, addresses, parameters)
  return {
    perform: async ({ action, logicalId, type }) => {
      const { physicalId } = stack.resources.find((each) => each.logicalId === logicalId) ?? {}
      if (action === 'Remove' || physicalId === undefined) return { physicalId: logicalId }
      if (!OTHER_TYPES.includes(type) && ignoredTypes[type] === undefined)
        return { refusal: `${type} is not implemented on this machine.` }
      if (type === 'AWS::S3::Bucket') await createBuckets(s3, [physicalId])
      if (type === 'AWS::SSM::Parameter') ssm.set(physicalId, stack.attribute(logicalId, 'Value'))
      return { physicalId }
    },
    outputs: () => stack.outputs(),
  }
}
