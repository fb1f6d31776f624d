/** Stacks as CloudFormation reports them: status, resources, events and change sets. */
import { randomUUID } from 'node:crypto'
import { account, region } from '../identity.ts'
import type { Change } from './changes.ts'

export interface StackEvent {
  readonly at: Date
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  readonly status: string
  readonly reason: string | undefined
}

interface ResourceState {
  readonly type: string
  readonly physicalId: string
  readonly status: string
}

/** What a change set would make of a stack. */
export interface ChangeSet {
  readonly id: string
  readonly name: string
  readonly created: Date
  readonly type: 'CREATE' | 'UPDATE'
  readonly template: string
  readonly changes: readonly Change[]
  readonly parameters: Readonly<Record<string, string>>
  readonly tags: readonly object[]
  /** The ARNs of alarms that would roll the update back; undefined to keep those of the stack. */
  readonly alarms: readonly string[] | undefined
  readonly monitoringMinutes: string | undefined
}

/** The type by which events are about the stack itself. */
const STACK = 'AWS::CloudFormation::Stack'

export class StackState {
  readonly name: string
  readonly id: string
  readonly created = new Date()
  status = 'REVIEW_IN_PROGRESS'
  reason: string | undefined
  /** The template, as it was given. */
  template = '{"Resources":{}}'
  parameters: Readonly<Record<string, string>> = {}
  tags: readonly object[] = []
  outputs: Readonly<Record<string, string>> = {}
  alarms: readonly string[] = []
  monitoringMinutes: string | undefined
  readonly resources = new Map<string, ResourceState>()
  readonly changeSets = new Map<string, ChangeSet>()
  /** The oldest first. */
  readonly events: StackEvent[] = []

  constructor(name: string) {
    this.name = name
    this.id = `arn:aws:cloudformation:${region}:${account}:stack/${name}/${randomUUID()}`
  }

  get exists(): boolean {
    return this.status !== 'DELETE_COMPLETE'
  }

  /** Records what has become of a resource. */
  note(logicalId: string, type: string, status: string, physicalId = '', reason?: string): void {
    this.#event({ logicalId, type, status, physicalId, reason })
    if (/^DELETE_(COMPLETE|SKIPPED)$/.test(status)) this.resources.delete(logicalId)
    else {
      const known = this.resources.get(logicalId)?.physicalId
      this.resources.set(logicalId, { type, physicalId: physicalId || known || '', status })
    }
  }

  /** Changes the stack's own status. */
  become(status: string, reason?: string): void {
    this.status = status
    this.reason = reason
    this.#event({ logicalId: this.name, type: STACK, status, physicalId: this.id, reason })
  }

  #event(event: Omit<StackEvent, 'at'>): void {
    const last = this.events.at(-1)?.at.getTime() ?? 0
    // Readers sort by time, so no two events have the same.
    this.events.push({ ...event, at: new Date(Math.max(Date.now(), last + 1)) })
  }
}
