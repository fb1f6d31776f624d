/** Finds the stack's resources by construct path. */
import type { StackResource } from './stack.ts'

export interface Resources {
  readonly all: readonly StackResource[]
  /**
   * Returns the one resource below a construct path; `type` selects among several. Throws if there is none or more
   * than one.
   */
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
