/** Performs change sets and deletions, with the events that CloudFormation would report. */
import type { Template } from '../template.ts'
import type { Change } from './changes.ts'
import type { Place } from './places.ts'
import type { ChangeSet, StackState } from './stack-state.ts'

const VERBS = { Add: 'CREATE', Modify: 'UPDATE', Remove: 'DELETE' } as const

/** Executes a change set. If a change cannot be made, those before it are taken back, and the stack is as it was. */
export async function execute(
  state: StackState,
  changeSet: ChangeSet,
  place: Place,
): Promise<void> {
  const verb = changeSet.type
  const rollback = verb === 'CREATE' ? 'ROLLBACK' : 'UPDATE_ROLLBACK'
  state.become(`${verb}_IN_PROGRESS`, 'User Initiated')
  const made: Change[] = []
  for (const change of changeSet.changes) {
    const { action, logicalId, type } = change
    const doing = VERBS[action]
    state.note(logicalId, type, `${doing}_IN_PROGRESS`)
    const done = await place.perform(change)
    if ('physicalId' in done) {
      state.note(logicalId, type, `${doing}_COMPLETE`, done.physicalId)
      made.push(change)
      continue
    }
    state.note(logicalId, type, `${doing}_FAILED`, '', done.refusal)
    const what = verb === 'CREATE' ? 'create' : 'update'
    state.become(
      `${rollback}_IN_PROGRESS`,
      `The following resource(s) failed to ${what}: [${logicalId}].`,
    )
    for (const each of [...made].reverse()) takeBack(state, each)
    state.become(`${rollback}_COMPLETE`)
    return
  }
  state.template = changeSet.template
  state.parameters = changeSet.parameters
  state.tags = changeSet.tags
  state.outputs = place.outputs()
  if (changeSet.alarms !== undefined) state.alarms = changeSet.alarms
  state.monitoringMinutes = changeSet.monitoringMinutes ?? state.monitoringMinutes
  state.become(`${verb}_COMPLETE`)
}

function takeBack(state: StackState, { action, logicalId, type }: Change): void {
  const physicalId = state.resources.get(logicalId)?.physicalId
  state.note(logicalId, type, action === 'Add' ? 'DELETE_COMPLETE' : 'UPDATE_COMPLETE', physicalId)
}

/** Deletes a stack. What runs goes on until this machine's Baton ends; what is to be kept is skipped. */
export function deleteStack(state: StackState, { Resources }: Template): void {
  state.become('DELETE_IN_PROGRESS', 'User Initiated')
  for (const [logicalId, { type, physicalId }] of [...state.resources].reverse()) {
    const isKept = Resources[logicalId]?.DeletionPolicy?.startsWith('Retain') === true
    state.note(logicalId, type, isKept ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE', physicalId)
  }
  state.become('DELETE_COMPLETE')
}
