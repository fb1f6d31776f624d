/** A deployment's sandboxes and template at E2B. */
import { deleteTemplate } from '../providers/e2b.ts'

/** What E2B has of a deployment. */
export interface AtE2b {
  readonly sandboxIds: readonly string[]
  /** Whether sandboxes of another deployment came from the same template. */
  readonly isShared: boolean
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
  let isShared = false
  while (pages.hasNext)
    for (const { sandboxId, metadata, name } of await pages.nextItems()) {
      if (metadata.deployment === deployment) sandboxIds.push(sandboxId)
      else isShared ||= name === template && metadata.deployment !== undefined
    }
  return { sandboxIds, isShared }
}

/** Ends the sandboxes, and deletes the template if no other deployment has sandboxes of it. */
export async function removeAtE2b(
  apiKey: string,
  { sandboxIds, isShared }: AtE2b,
  template: string,
): Promise<string> {
  const { Sandbox } = await import('e2b')
  for (const id of sandboxIds) await Sandbox.kill(id, { apiKey })
  const ended = `Ended ${sandboxIds.length} sandboxes at E2B.`
  if (isShared)
    return `${ended} The template "${template}" stays, because another deployment uses it.`
  return (await deleteTemplate(apiKey, template))
    ? `${ended} Deleted the template "${template}".`
    : ended
}
