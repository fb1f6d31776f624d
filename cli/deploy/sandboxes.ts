/** A deployment's sandboxes and template at E2B. */
import { deleteTemplate } from '../providers/e2b.ts'

/** What E2B has of a deployment. */
export interface AtE2b {
  readonly sandboxIds: readonly string[]
  /** Which other deployment may use the same template, or undefined if none does. */
  readonly sharedWith: string | undefined
}

/** Finds the sandboxes, running or paused. `deployment` is the mark that functions give them. */
export async function findAtE2b(
  apiKey: string,
  deployment: string,
  template: string,
): Promise<AtE2b> {
  const { Sandbox } = await import('e2b')
  const pages = Sandbox.list({ apiKey, query: { state: ['running', 'paused'] } })
  const sandboxIds: string[] = []
  let sharedWith: string | undefined
  while (pages.hasNext)
    for (const { sandboxId, metadata, name } of await pages.nextItems()) {
      if (metadata.deployment === deployment) sandboxIds.push(sandboxId)
      else if (name === template) sharedWith ??= metadata.deployment
    }
  return { sandboxIds, sharedWith }
}

/** Ends the sandboxes, and deletes the template if no other deployment may use it. */
export async function removeAtE2b(
  apiKey: string,
  { sandboxIds, sharedWith }: AtE2b,
  template: string,
): Promise<string> {
  const { Sandbox } = await import('e2b')
  for (const id of sandboxIds) await Sandbox.kill(id, { apiKey })
  const ended = `Ended ${sandboxIds.length} sandboxes at E2B.`
  if (sharedWith !== undefined)
    return `${ended} The template "${template}" stays, because ${sharedWith} may use it.`
  return (await deleteTemplate(apiKey, template))
    ? `${ended} Deleted the template "${template}".`
    : ended
}
