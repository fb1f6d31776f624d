/** Finds the stack's resources by where their constructs are. */
import type { StackResource } from './stack.ts'

export interface Resources {
  readonly all: readonly StackResource[]
  /** The one resource below a construct path, of a type when there are several; throws when it is none or many. */
  find(constructPath: string, type?: string): StackResource
}

export function resourceLookup(all: readonly StackResource[]): Resources {
  return {
    all,
    find: (constructPath, type) => {
      const below = all.filter(
        (resource) =>
          `${resource.constructPath}/`.startsWith(`${constructPath}/`) &&
          (type === undefined || resource.type === type),
      )
      const [only] = below
      if (only && below.length === 1) return only
      const what = `${type ?? 'resource'} below ${constructPath}`
      throw new Error(`${below.length === 0 ? 'No' : 'More than one'} ${what}`)
    },
  }
}
