/** The bundles of the functions as they are deployed, found through the template. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import type { Template } from '../../packages/local-aws/src/template.ts'
import { functionsOf } from '../observe/deployed.ts'

export interface Bundle {
  /** The function's name in its log. */
  readonly name: string
  readonly file: string
  readonly bytes: number
  /** The modules in it, according to its source map; empty without one. */
  readonly sources: readonly string[]
  readonly variables: Readonly<Record<string, string>>
}

const sourceMap = z.object({ sources: z.array(z.string()) })

/** Returns the bundles by name. */
export const bundlesOf = (template: Template): Bundle[] =>
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
        sources: sourcesOf(`${file}.map`),
        variables: Object.fromEntries(texts),
      }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))

function sourcesOf(map: string): readonly string[] {
  return existsSync(map) ? sourceMap.parse(JSON.parse(readFileSync(map, 'utf8'))).sources : []
}
