/** Defaults of all tables, and bindings to them. */

import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, Billing, type TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { EnvironmentVariable } from '../../src/adapters/environment.ts'
import { allow, type Binding, combine, environment } from './bindings.ts'

export const string = (name: string) => ({ name, type: AttributeType.STRING })

/** On-demand billing, point-in-time recovery, and retention after the stack's deletion unless configured otherwise. */
export const keptTable = (retainData: boolean) => ({
  billing: Billing.onDemand(),
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
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
