/** The bundles of the functions as they are deployed, found through the template. */
import { statSync } from 'node:fs'
import path from 'node:path'
import type { MadeOf } from '../../lib/synthesis/bundles.ts'
import type { Template } from '../../packages/local-aws/src/template.ts'
import { functionsOf } from '../observe/deployed.ts'

export interface Bundle {
  /** The function's name in its log. */
  readonly name: string
  readonly file: string
  readonly bytes: number
  /** The modules in it, relative to the checkout. */
  readonly sources: readonly string[]
  readonly variables: Readonly<Record<string, string>>
}

/** Returns them by name; `madeOf` says what each was bundled from. */
export const bundlesOf = (template: Template, madeOf: MadeOf): Bundle[] =>
  functionsOf(template)
    .map(({ service, s3Key, variables }) => {
      const file = path.join(template.assetFolder(s3Key), 'index.js')
      const texts = Object.entries(variables).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : 'https://example.com',
      ])
      return {
        name: service,
        file,
        bytes: statSync(file).size,
        sources: madeOf[service] ?? [],
        variables: Object.fromEntries(texts),
      }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
