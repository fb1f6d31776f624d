/** The synthesised template, parsed by schemas: each test names the properties it is about. */
import * as z from 'zod'
import { runApp, standardApp } from './app.ts'
import { render } from './intrinsics.ts'

const schema = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.unknown().optional() }),
  ),
})

/**
 * Returns every resource by its logical id, with references rendered as text: `<LogicalId>` or
 * `<LogicalId.Attribute>`. `choices` are those of `cdk -c name=value`.
 */
export const templateWith = (choices: Readonly<Record<string, string>>) =>
  resourcesOf(runApp(choices))

function resourcesOf({ stderr, template }: ReturnType<typeof runApp>) {
  // A template that breaks a rule is written all the same; synthesis.test.ts reports the findings.
  if (template === undefined) throw new Error(`bin/app.ts wrote no template:\n${stderr}`)
  return schema.parse(render(template)).Resources
}

/** The resources of a deployment without choices. */
export const resources = resourcesOf(standardApp())

/**
 * Returns the properties of all resources of a type, by logical id. Throws if there are none, because a test over
 * nothing proves nothing.
 */
export function propertiesOf<T>(type: string, properties: z.ZodType<T>): [string, T][] {
  const found = Object.entries(resources).filter(([, resource]) => resource.Type === type)
  if (found.length === 0) throw new Error(`the template has no ${type}`)
  return found.map(([id, resource]) => {
    const parsed = properties.safeParse(resource.Properties ?? {})
    if (!parsed.success) throw new Error(`${type} ${id}: ${z.prettifyError(parsed.error)}`)
    return [id, parsed.data]
  })
}

/** Returns the logical id in a rendered reference. */
export const idIn = (reference: string) => /^<([^.>]+)/.exec(reference)?.[1] ?? reference
