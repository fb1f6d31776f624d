/** What a function is bound to, and how bindings are made. */

import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { EnvironmentVariable } from '../../src/adapters/environment.ts'

/** A resource as a function uses it: the variables that name it and the least rights to it, in one. */
export interface Binding {
  readonly environment: Readonly<Partial<Record<EnvironmentVariable, string>>>
  grant(fn: IFunction): void
}

/** A plain value. */
export const environment = (variable: EnvironmentVariable, value: string): Binding => ({
  environment: { [variable]: value },
  grant: () => undefined,
})

/** The rights to these actions on one resource, without what the CDK's own grants add to them. */
export const allow = (resource: string, ...actions: readonly string[]): Binding => ({
  environment: {},
  grant: (fn) =>
    fn.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [resource] })),
})

/** Several bindings as one. */
export const combine = (...bindings: readonly Binding[]): Binding => ({
  environment: Object.fromEntries(
    bindings.flatMap(({ environment }) => Object.entries(environment)),
  ),
  grant: (fn) => {
    for (const binding of bindings) binding.grant(fn)
  },
})
