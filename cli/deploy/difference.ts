/** The difference that a change set makes, for people. */
import type { Change, ResourceChange } from '@aws-sdk/client-cloudformation'
import { columns } from '../print.ts'

/** Types that hold what cannot be made again. */
const HOLDING = [
  'AWS::DynamoDB::GlobalTable',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::SecretsManager::Secret',
]

const resourceChanges = (changes: readonly Change[]) =>
  changes.flatMap(({ ResourceChange: change }) => (change ? [change] : []))

const isReplaced = ({ Action, Replacement }: ResourceChange) =>
  Action === 'Modify' && Replacement === 'True'

/** Returns the resources whose data would be left behind or deleted. */
export const endangered = (changes: readonly Change[]): readonly string[] =>
  resourceChanges(changes)
    .filter((change) => isReplaced(change) || change.Action === 'Remove')
    .filter(({ ResourceType = '' }) => HOLDING.includes(ResourceType))
    .map(({ ResourceType, LogicalResourceId }) => `${LogicalResourceId} (${ResourceType})`)

/** Returns a line for each resource that changes; for a new stack, the number of resources by type. */
export function differenceLines(changes: readonly Change[], isNew: boolean): string {
  const all = resourceChanges(changes)
  if (isNew)
    return `It creates ${all.length} resources:\n${columns(countsOf(all).map(([type, n]) => ['', String(n), type]))}`
  return columns(all.map((change) => [signOf(change), ...namesOf(change)]))
}

function countsOf(changes: readonly ResourceChange[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const { ResourceType = '' } of changes)
    counts.set(ResourceType, (counts.get(ResourceType) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)
}

function signOf(change: ResourceChange): string {
  if (isReplaced(change)) return 'replace'
  return { Add: 'add', Modify: 'change', Remove: 'delete' }[String(change.Action)] ?? ''
}

function namesOf({ ResourceType = '', LogicalResourceId = '', Details = [] }: ResourceChange) {
  const properties = new Set(Details.flatMap(({ Target }) => Target?.Name ?? []))
  return [ResourceType, LogicalResourceId, [...properties].join(', ')]
}
