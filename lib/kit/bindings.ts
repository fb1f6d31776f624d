/** Bindings: how a function gets access to a resource. */

import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { EnvironmentVariable } from '../../src/adapters/environment.ts'

/** Access to a resource: the environment variables that name it, with the least permissions that are needed. */
export interface Binding {
  readonly environment: Readonly<Partial<Record<EnvironmentVariable, string>>>
  grant(fn: IFunction): void
}

/** Sets an environment variable. */
export const environment = (variable: EnvironmentVariable, value: string): Binding => ({
  environment: { [variable]: value },
  grant: () => undefined,
})

/** Allows these actions on one resource. The CDK's own grants would allow more. */
export const allow = (resource: string, ...actions: readonly string[]): Binding => ({
  environment: {},
  grant: (fn) =>
    fn.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [resource] })),
})

/** Combines several bindings into one. */
export const combine = (...bindings: readonly Binding[]): Binding => ({
  environment: Object.fromEntries(
    bindings.flatMap(({ environment }) => Object.entries(environment)),
  ),
  grant: (fn) => {
    for (const binding of bindings) binding.grant(fn)
  },
})
