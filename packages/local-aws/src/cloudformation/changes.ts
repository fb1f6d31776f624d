/** What an update of a stack would change: the resources that one template has otherwise than another. */
import { isDeepStrictEqual } from 'node:util'
import { namingProperty } from '../identity.ts'
import type { Template } from '../template.ts'

export interface Change {
  readonly action: 'Add' | 'Modify' | 'Remove'
  readonly logicalId: string
  readonly type: string
  /** The names of changed properties. */
  readonly properties: readonly string[]
  /** Whether the resource would be replaced. Only a changed name or type is known to do that. */
  readonly replaces: boolean
}

type Resources = Template['Resources']

/** Returns the changes, those that remove last. */
export function changesBetween(before: Resources, after: Resources): readonly Change[] {
  const changed = Object.keys(after).flatMap((logicalId) =>
    isDeepStrictEqual(before[logicalId], after[logicalId])
      ? []
      : [changeOf(logicalId, before[logicalId], after[logicalId])],
  )
  const removed = Object.keys(before)
    .filter((logicalId) => after[logicalId] === undefined)
    .map((logicalId) => changeOf(logicalId, before[logicalId], undefined))
  return [...changed, ...removed]
}

function changeOf(
  logicalId: string,
  before: Resources[string] | undefined,
  after: Resources[string] | undefined,
): Change {
  const type = (after ?? before)?.Type ?? ''
  if (!before || !after) {
    const action = before ? 'Remove' : 'Add'
    return { action, logicalId, type, properties: [], replaces: false }
  }
  const names = new Set([...Object.keys(before.Properties), ...Object.keys(after.Properties)])
  const properties = [...names].filter(
    (name) => !isDeepStrictEqual(before.Properties[name], after.Properties[name]),
  )
  const replaces = before.Type !== after.Type || properties.includes(namingProperty(type) ?? '')
  return { action: 'Modify', logicalId, type, properties, replaces }
}

/** Returns a change as DescribeChangeSet has it. */
export const describeChange = (
  { action, logicalId, type, properties, replaces }: Change,
  physicalId: string | undefined,
) => ({
  Type: 'Resource',
  ResourceChange: {
    Action: action,
    LogicalResourceId: logicalId,
    PhysicalResourceId: action === 'Add' ? undefined : physicalId,
    ResourceType: type,
    Replacement: action === 'Modify' ? (replaces ? 'True' : 'False') : undefined,
    Scope: properties.length > 0 ? ['Properties'] : [],
    Details: properties.map((Name) => ({
      Target: {
        Attribute: 'Properties',
        Name,
        RequiresRecreation: replaces ? 'Always' : 'Never',
      },
      Evaluation: 'Static',
      ChangeSource: 'DirectModification',
    })),
  },
})
