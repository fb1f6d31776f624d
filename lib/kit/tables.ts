/** Defaults of all tables, and bindings to them. */

import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, Billing, TableEncryptionV2, type TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { EnvironmentVariable } from '../../src/adapters/environment.ts'
import { allow, type Binding, combine, environment } from './bindings.ts'

export const stringKey = (name: string) => ({ name, type: AttributeType.STRING })

/**
 * On-demand billing, encryption by DynamoDB's own key, which costs nothing, point-in-time recovery for 35 days, and retention
 * after the stack's deletion unless configured otherwise.
 */
export const keptTable = (retainData: boolean) => ({
  billing: Billing.onDemand(),
  encryption: TableEncryptionV2.dynamoOwnedKey(),
  pointInTimeRecoverySpecification: {
    pointInTimeRecoveryEnabled: true,
    recoveryPeriodInDays: 35,
  },
  deletionProtection: retainData,
  removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
})

type Operation = 'GetItem' | 'BatchGetItem' | 'UpdateItem' | 'DeleteItem' | 'Query'

export const access = (
  variable: EnvironmentVariable,
  table: TableV2,
  ...operations: readonly Operation[]
): Binding =>
  combine(
    environment(variable, table.tableName),
    allow(table.tableArn, ...operations.map((operation) => `dynamodb:${operation}`)),
  )

/** Allows queries of an index, but not of the table. */
export const queryIndex = (variable: EnvironmentVariable, table: TableV2, index: string): Binding =>
  combine(
    environment(variable, table.tableName),
    allow(`${table.tableArn}/index/${index}`, 'dynamodb:Query'),
  )

/** Allows queries of one partition only. */
export const queryOnly = (variable: EnvironmentVariable, table: TableV2, key: string): Binding =>
  combine(environment(variable, table.tableName), onKeys(table, 'dynamodb:Query', [key]))

/** Allows updates of items with these partition keys only; `*` stands for any text. */
export const updateOnly = (table: TableV2, ...keys: readonly string[]): Binding =>
  onKeys(table, 'dynamodb:UpdateItem', keys)

const onKeys = (table: TableV2, action: string, keys: readonly string[]): Binding => ({
  environment: {},
  grant: (fn) =>
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: [action],
        resources: [table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...keys] } },
      }),
    ),
})
