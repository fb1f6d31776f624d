/** Templates: names with tags. All have the same contents, so a build succeeds at once, and needs no files. */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { ApiError } from './json-http.ts'

const DEFAULT_TAG = 'default'

export const buildRequest = z.object({
  name: z.string().min(1),
  tags: z.array(z.string()).default([]),
})

interface Build {
  readonly id: string
  readonly createdAt: string
}

interface Template {
  readonly id: string
  readonly name: string
  /** Builds by tag. */
  readonly tags: Map<string, Build>
}

export class Templates {
  readonly #templates: Template[] = []

  /** `names` are the templates that exist at the start. */
  constructor(names: readonly string[]) {
    for (const name of names) this.build({ name, tags: [] })
  }

  /** Whether a sandbox can be created from `name`, which may end with a tag. */
  has(name: string): boolean {
    const [base = '', tag = DEFAULT_TAG] = name.split(':')
    return this.#find(base)?.tags.has(tag) === true
  }

  /** Builds a template. Without tags, the build is the default one. */
  build({ name, tags }: z.infer<typeof buildRequest>) {
    const [base = '', tag] = name.split(':')
    const template = this.#find(base) ?? { id: randomUUID(), name: base, tags: new Map() }
    if (!this.#templates.includes(template)) this.#templates.push(template)
    const build = { id: randomUUID(), createdAt: new Date().toISOString() }
    const given = [...tags, ...(tag === undefined ? [] : [tag])]
    const all = given.length > 0 ? given : [DEFAULT_TAG]
    for (const each of all) template.tags.set(each, build)
    const { id: templateID } = template
    return {
      templateID,
      buildID: build.id,
      public: false,
      names: [base],
      aliases: [base],
      tags: all,
    }
  }

  /** Throws an ApiError 404 if there is no such template. */
  get(nameOrId: string): Template {
    const found = this.#find(nameOrId)
    if (found) return found
    throw new ApiError(404, `template '${nameOrId}' not found`)
  }

  delete(nameOrId: string): void {
    this.#templates.splice(this.#templates.indexOf(this.get(nameOrId)), 1)
  }

  #find(nameOrId: string): Template | undefined {
    return this.#templates.find(({ id, name }) => id === nameOrId || name === nameOrId)
  }
}

export const tagsOf = ({ tags }: Template) =>
  [...tags].map(([tag, { id, createdAt }]) => ({ tag, buildID: id, createdAt }))

/** The builds that have a tag, as E2B lists them. */
export const buildsOf = ({ tags }: Template) =>
  [...new Set(tags.values())].map(({ id: buildID, createdAt }) => ({
    buildID,
    status: 'ready',
    createdAt,
    finishedAt: createdAt,
  }))

/** A build's status, of which nothing is ever under way. */
export const finished = (templateID: string, buildID: string) => ({
  templateID,
  buildID,
  status: 'ready',
  logs: [],
  logEntries: [],
})
