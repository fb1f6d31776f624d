/** The permissions of every role: named actions on named resources, exactly as listed here. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { idIn, propertiesOf, resources } from './support/template.ts'

const list = z.union([z.string().transform((one) => [one]), z.array(z.string())])
const policy = z.object({
  Roles: z.array(z.string()),
  PolicyDocument: z.object({
    Statement: z.array(
      z.object({
        Effect: z.string(),
        Action: list,
        Resource: list,
        Condition: z.record(z.string(), z.record(z.string(), list)).optional(),
      }),
    ),
  }),
})
const variables = z.object({
  Role: z.string(),
  Environment: z.object({ Variables: z.object({ POWERTOOLS_SERVICE_NAME: z.string() }) }),
})

/** Functions by role. */
const names = new Map(
  propertiesOf('AWS::Lambda::Function', variables).map(([, { Role, Environment }]) => [
    idIn(Role),
    Environment.Variables.POWERTOOLS_SERVICE_NAME,
  ]),
)

const grants = propertiesOf('AWS::IAM::Policy', policy).flatMap(([, { Roles, PolicyDocument }]) =>
  PolicyDocument.Statement.flatMap(({ Effect, Action, Resource, Condition }) =>
    Action.flatMap((action) =>
      Resource.map((resource) => {
        const role = idIn(Roles[0] ?? '')
        /** The only keys of a table that it can reach. */
        const only = ['ForAllValues:StringEquals', 'ForAllValues:StringLike'].flatMap(
          (operator) => Condition?.[operator]?.['dynamodb:LeadingKeys'] ?? [],
        )
        return { effect: Effect, by: names.get(role) ?? role, action, resource, only }
      }),
    ),
  ),
)

/** Returns who may do `action` on resources whose rendered name starts like this. */
const mayDo = (action: string, resource = '') =>
  grants
    .filter((grant) => grant.action === action && grant.resource.startsWith(resource))
    .map(({ by }) => by)
    .sort()

const BUCKET = '<StorageBucket5CB7C8EA.Arn>'
const EXECUTIONS = 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:'

/** Every resource with a wildcard, with its actions and the reason for the wildcard. */
const WILDCARDS = {
  // Object keys are created at run time.
  [`${BUCKET}/artifacts/*`]: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
  [`${BUCKET}/attachments/*`]: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
  [`${BUCKET}/documents/*`]: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
  [`${BUCKET}/quarantine/*`]: ['s3:PutObject'],
  [`${BUCKET}/transcripts/*`]: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
  // An execution gets its name at run time.
  [`${EXECUTIONS}<ReviewLoopA19EC7E1.Name>:*`]: ['states:StopExecution'],
  [`${EXECUTIONS}<WorkerLeg061DFC4D.Name>:*`]: ['states:StopExecution'],
  // These actions have no resource-level permissions.
  '*': [
    'logs:CreateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:DescribeLogGroups',
    'logs:DescribeResourcePolicies',
    'logs:GetLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:UpdateLogDelivery',
    'xray:GetSamplingRules',
    'xray:GetSamplingTargets',
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ],
}

/** As in the source: without CDK's hash, and an attribute only where it is not the ARN. */
const plainName = (resource: string) =>
  resource
    .replace(/<AWS::(\w+)>/g, '<$1>')
    .replace(/<(\w+?)(?:[0-9A-F]{8})(?:\.(?:Arn|Name))?>/g, '$1')

/** One row for each resource that a role may use, so that a reviewer sees in a diff what a change permits. */
function tableOfPermissions(): string {
  const rows = Map.groupBy(grants, ({ by, resource, only }) =>
    [
      by.replace(/Role[0-9A-F]{8}$/, ' (state machine)'),
      `\`${plainName(resource)}\`${only.length > 0 ? `, only ${only.map((key) => `\`${key}\``).join(', ')}` : ''}`,
    ].join(' | '),
  )
  const lines = [...rows].map(([row, of]) => {
    const actions = [...new Set(of.map(({ action }) => action))].sort()
    return `| ${row} | ${actions.join(', ')} |`
  })
  return [
    '# Permissions',
    '',
    'What each function and each state machine may do with the default options, and nothing else. A test writes and holds this',
    'table: `npx vitest run --project infra test/infra/permissions.test.ts -u`.',
    '',
    '| who | resource | actions |',
    '| --- | --- | --- |',
    ...lines.sort(),
    '',
  ].join('\n')
}

test('the permissions are those of docs/permissions.md', async () => {
  await expect(tableOfPermissions()).toMatchFileSnapshot('../../docs/permissions.md')
})

test('no action has a wildcard', () => {
  expect(grants.filter(({ action }) => action.includes('*'))).toEqual([])
})

test('the only resources with a wildcard are those that cannot be named', () => {
  const found: Record<string, string[]> = {}
  for (const { resource, action } of grants.filter((grant) => grant.resource.includes('*')))
    found[resource] = [...new Set([...(found[resource] ?? []), action])].sort()
  expect(found).toEqual(WILDCARDS)
})

test('tables are read and written by key: no scans, no unconditional puts', () => {
  const actions = grants.map(({ action }) => action).filter((each) => each.startsWith('dynamodb:'))
  expect([...new Set(actions)].sort()).toEqual([
    'dynamodb:BatchGetItem',
    'dynamodb:DeleteItem',
    'dynamodb:GetItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
  ])
})

test('only forgetting a session and removing a person delete anything', () => {
  expect(new Set(mayDo('s3:DeleteObject'))).toEqual(new Set(['session-control']))
  expect(mayDo('dynamodb:DeleteItem', '<Storage')).toEqual(['session-control', 'session-control'])
  expect(mayDo('dynamodb:DeleteItem', '<Channels')).toEqual(['session-control'])
})

test('what strangers reach can neither read what was said, nor start anything, nor let anybody in', () => {
  // Whatever a provider hands on is from strangers; receive-message is the operator's own.
  const strangers = [...names.values()].filter(
    (name) => name.startsWith('receive-') && name !== 'receive-message',
  )
  expect(strangers.length).toBeGreaterThan(1)
  const theirs = grants.filter(({ by }) => strangers.includes(by))
  expect(theirs.filter(({ action }) => /^(states:|s3:GetObject)/.test(action))).toEqual([])
  const reads = theirs.filter(({ action }) => action === 'dynamodb:GetItem')
  expect(new Set(reads.map(({ resource }) => resource))).toEqual(
    new Set(['<ChannelsContacts75F047C1.Arn>']),
  )
  const writes = theirs.filter(
    ({ action, resource }) =>
      action === 'dynamodb:UpdateItem' && resource.startsWith('<ChannelsContacts'),
  )
  expect(writes.map(({ only }) => only)).toEqual(
    strangers.map(() => ['unknown', 'thread#*', 'link#*', 'sms#*']),
  )
})

test('attachments are written by what receives and compares emails', () => {
  expect(mayDo('s3:PutObject', `${BUCKET}/attachments/`)).toEqual([
    'dispatch-message',
    'receive-email',
    'recovery',
  ])
})

test('open questions are found by the sweep, by the API that lists them, and for answers on another channel', () => {
  const index = '<StorageSessionsFCE686BD.Arn>/index/openQuestions'
  expect(mayDo('dynamodb:Query', index)).toEqual(['dispatch-message', 'read-api', 'recovery'])
  // Whose number and address belong together is read there, and only the operator changes it.
  const contacts = grants.filter(
    ({ by, resource }) => by === 'dispatch-message' && resource.startsWith('<ChannelsContacts'),
  )
  expect(contacts.map(({ action }) => action)).toEqual(['dynamodb:GetItem'])
})

const BEARERS = ['read-api', 'receive-message', 'session-control']

/** Functions that read each secret, and could therefore leak it. */
const READERS = {
  SecretsApiTokenB8AA259C: BEARERS,
  SecretsReadTokenC0A4AD34: BEARERS,
  SecretsE2bKeyA2A6DBF3: ['recovery', 'review-loop', 'session-control', 'worker-leg'],
  SecretsJobKeyC486A949: [
    'model-gateway',
    'review-loop',
    'sandbox-callback',
    'session-control',
    'worker-leg',
  ],
  SecretsModelKey0DB4AAD3: ['model-gateway'],
  SecretsLinkKeyC7FA32E3: ['deliver-message', 'read-api', 'session-control'],
  SecretsTwilioToken74AC1922: ['deliver-message', 'receive-sms', 'record-sms-status'],
  SecretsSendgridKeyB56B36F0: ['deliver-message'],
  SecretsSendgridPublicKey079D6F22: ['receive-email'],
}

test.each(Object.entries(READERS))('%s is read only by functions that need it', (id, readers) => {
  expect(mayDo('secretsmanager:GetSecretValue', `<${id}>`)).toEqual(readers)
})

test('there are no other secrets', () => {
  const ids = Object.keys(resources).filter(
    (id) => resources[id]?.Type === 'AWS::SecretsManager::Secret',
  )
  expect(ids.sort()).toEqual(Object.keys(READERS).sort())
})

test("artifacts are written through the callback's links, and read through its links, their route and the senders", () => {
  // session-control blocks the keys to which jobs of a deleted session may still upload.
  expect(mayDo('s3:PutObject', `${BUCKET}/artifacts/`)).toEqual([
    'sandbox-callback',
    'session-control',
  ])
  expect(mayDo('s3:GetObject', `${BUCKET}/artifacts/`)).toEqual([
    'deliver-message',
    'public-api',
    'read-api',
    'sandbox-callback',
  ])
})

const isOwn = ({ action }: { action: string }) => !/^(logs|xray):/.test(action)

test('the public function reads links and their targets, one item at a time, and no secret', () => {
  const reads = grants.filter((grant) => grant.by === 'public-api' && isOwn(grant))
  expect(reads.map(({ action, resource }) => [action, resource]).sort()).toEqual([
    ['dynamodb:GetItem', '<ChannelsContacts75F047C1.Arn>'],
    ['dynamodb:GetItem', '<StorageConversations8BA7E038.Arn>'],
    ['s3:GetObject', `${BUCKET}/artifacts/*`],
    ['s3:GetObject', `${BUCKET}/documents/*`],
  ])
})

test('reading functions change only the slots of waiting readers', () => {
  const writes = /:(Put|Update|Send|Start|Stop|Delete)/
  const reading = grants.filter((grant) => grant.by === 'read-api' && isOwn(grant))
  const changing = reading.filter(({ action }) => writes.test(action))
  const places = { action: 'dynamodb:UpdateItem', only: ['#waiting'] }
  expect(changing.map(({ action, only }) => ({ action, only }))).toEqual([places])
  expect(reading.length).toBeGreaterThan(changing.length)
})

test('every statement allows, and every function has some', () => {
  expect(new Set(grants.map(({ effect }) => effect))).toEqual(new Set(['Allow']))
  expect([...names.values()].filter((name) => !grants.some(({ by }) => by === name))).toEqual([])
})
