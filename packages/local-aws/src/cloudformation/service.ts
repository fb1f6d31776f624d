/** CloudFormation, as far as the CDK's command line needs it: the stack that runs here, and stacks like the CDK's own. */
import { randomUUID } from 'node:crypto'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { parse as parseYaml } from 'yaml'
import { account, region } from '../identity.ts'
import { AwsError } from '../json-service.ts'
import type { Stack } from '../stack.ts'
import { parseTemplate, type Template } from '../template.ts'
import { changesBetween } from './changes.ts'
import { deleteStack, execute } from './perform.ts'
import { type OtherStacks, otherPlace, runningPlace } from './places.ts'
import { type Form, type QueryService, serveQuery } from './query-service.ts'
import { describeChangeSet, describeEvent, describeResource, describeStack } from './responses.ts'
import { type ChangeSet, StackState } from './stack-state.ts'

export interface CloudFormationOptions extends OtherStacks {
  readonly running: Stack
  /** The template that is deployed at the start; without one, the running stack is not deployed yet. */
  readonly deployed: string | undefined
}

export function cloudFormationService(options: CloudFormationOptions) {
  const stacks = new Stacks(options)
  return serveQuery('http://cloudformation.amazonaws.com/doc/2010-05-15/', {
    DescribeStacks: (form) => {
      const name = form.optional('StackName')
      const found = name === undefined ? stacks.all() : [stacks.find(name)]
      return { Stacks: found.map(describeStack) }
    },
    DescribeStackEvents: (form) => {
      const state = stacks.find(form.text('StackName'))
      return { StackEvents: state.events.toReversed().map((event) => describeEvent(state, event)) }
    },
    // The newer way to read events. A caller that finds none asks for the older ones.
    DescribeEvents: () => ({ OperationEvents: [] }),
    ListStackResources: (form) => ({
      StackResourceSummaries: [...stacks.find(form.text('StackName')).resources].map(
        describeResource,
      ),
    }),
    GetTemplate: (form) => ({ TemplateBody: stacks.find(form.text('StackName')).template }),
    CreateChangeSet: (form) => stacks.createChangeSet(form),
    DescribeChangeSet: (form) => {
      const [state, changeSet] = stacks.changeSet(form)
      return describeChangeSet(state, changeSet, (id) => state.resources.get(id)?.physicalId)
    },
    DeleteChangeSet: (form) => {
      const state = stacks.find(form.text('StackName'))
      state.changeSets.delete(nameOf(form.text('ChangeSetName')))
    },
    ExecuteChangeSet: async (form) => {
      const [state, changeSet] = stacks.changeSet(form)
      state.changeSets.clear()
      await execute(state, changeSet, stacks.placeFor(state, changeSet))
    },
    DeleteStack: (form) => {
      const state = stacks.find(form.text('StackName'))
      deleteStack(state, templateOf(state.template, state.name))
    },
    UpdateTerminationProtection: (form) => ({ StackId: stacks.find(form.text('StackName')).id }),
  } satisfies QueryService)
}

/** A change set may be named by its ARN. */
const nameOf = (nameOrArn: string) => nameOrArn.split('/')[1] ?? nameOrArn

function templateOf(text: string, stackName: string): Template {
  // The CDK sends YAML if a template is small, of which JSON is a part, but slower to read.
  const content: unknown = text.startsWith('{') ? JSON.parse(text) : parseYaml(text)
  return parseTemplate(content, stackName)
}

class Stacks {
  readonly #options: CloudFormationOptions
  readonly #states: StackState[] = []

  constructor(options: CloudFormationOptions) {
    this.#options = options
    const { running, deployed } = options
    if (deployed === undefined) return
    const state = new StackState(running.template.stackName)
    const { Resources } = templateOf(deployed, state.name)
    for (const { logicalId, type, physicalId } of running.resources)
      if (Resources[logicalId]) state.note(logicalId, type, 'CREATE_COMPLETE', physicalId)
    state.template = deployed
    state.outputs = running.outputs()
    state.become('CREATE_COMPLETE')
    this.#states.push(state)
  }

  all(): readonly StackState[] {
    return this.#states.filter(({ exists }) => exists)
  }

  /** Returns a stack by name, or by its ARN even if it is deleted. Throws AWS's error if there is none. */
  find(nameOrId: string): StackState {
    const found = this.#states.findLast(
      ({ name, id, exists }) => id === nameOrId || (exists && name === nameOrId),
    )
    if (found) return found
    throw new AwsError('ValidationError', `Stack with id ${nameOrId} does not exist`)
  }

  changeSet(form: Form): readonly [StackState, ChangeSet] {
    const name = nameOf(form.text('ChangeSetName'))
    const state = this.find(form.text('StackName'))
    const changeSet = state.changeSets.get(name)
    if (changeSet) return [state, changeSet]
    throw new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404)
  }

  async createChangeSet(form: Form): Promise<{ Id: string; StackId: string }> {
    const stackName = form.text('StackName')
    const type = form.optional('ChangeSetType') === 'CREATE' ? 'CREATE' : 'UPDATE'
    const known = this.#states.find(({ name, exists }) => exists && name === stackName)
    const state = known ?? (type === 'CREATE' ? new StackState(stackName) : this.find(stackName))
    if (!known) this.#states.push(state)
    const name = form.text('ChangeSetName')
    const template = await this.#templateIn(form)
    const before = type === 'CREATE' ? {} : templateOf(state.template, stackName).Resources
    const triggers = form.list('RollbackConfiguration.RollbackTriggers')
    const monitoringMinutes = form.optional('RollbackConfiguration.MonitoringTimeInMinutes')
    const changeSet: ChangeSet = {
      id: `arn:aws:cloudformation:${region}:${account}:changeSet/${name}/${randomUUID()}`,
      name,
      created: new Date(),
      type,
      template,
      changes: changesBetween(before, templateOf(template, stackName).Resources),
      parameters: Object.fromEntries(
        form
          .list('Parameters')
          .map(({ ParameterKey = '', ParameterValue, UsePreviousValue }) => [
            ParameterKey,
            UsePreviousValue === 'true'
              ? (state.parameters[ParameterKey] ?? '')
              : (ParameterValue ?? ''),
          ]),
      ),
      tags: form.list('Tags'),
      alarms: triggers.length > 0 ? triggers.map(({ Arn = '' }) => Arn) : undefined,
      monitoringMinutes,
    }
    state.changeSets.set(name, changeSet)
    return { Id: changeSet.id, StackId: state.id }
  }

  placeFor({ name }: StackState, { template, parameters }: ChangeSet) {
    const { running } = this.#options
    const wanted = templateOf(template, name)
    return name === running.template.stackName
      ? runningPlace(running, wanted)
      : otherPlace(wanted, parameters, this.#options)
  }

  /** The template stands in the request, or in a bucket of this machine. */
  async #templateIn(form: Form): Promise<string> {
    const url = form.optional('TemplateURL')
    if (url === undefined) return form.text('TemplateBody')
    const [Bucket = '', ...key] = new URL(url).pathname.slice(1).split('/')
    const { Body } = await this.#options.s3.send(
      new GetObjectCommand({ Bucket, Key: key.join('/') }),
    )
    return (await Body?.transformToString()) ?? ''
  }
}
