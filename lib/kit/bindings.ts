/** What a function is bound to, and how bindings are made. */

import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'

/** A resource as a function uses it: the variables that name it and the least rights to it, in one. */
export interface Binding {
  readonly variables: Readonly<Record<string, string>>
  grant(fn: IFunction): void
}

/** A plain value. */
export const setting = (variable: string, value: string): Binding => ({
  variables: { [variable]: value },
  grant: () => undefined,
})

/** The rights to these actions on one resource, without what the CDK's own grants add to them. */
export const right = (resource: string, ...actions: readonly string[]): Binding => ({
  variables: {},
  grant: (fn) =>
    fn.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [resource] })),
})

/** Several bindings as one. */
export const together = (...bindings: readonly Binding[]): Binding => ({
  variables: Object.fromEntries(bindings.flatMap(({ variables }) => Object.entries(variables))),
  grant: (fn) => {
    for (const binding of bindings) binding.grant(fn)
  },
})
