/** The bundles of the functions as they are deployed, and what these load on demand, found through the template. */
import { globSync, statSync } from 'node:fs'
import path from 'node:path'
import type { MadeOf } from '../../lib/synthesis/bundles.ts'
import type { Template } from '../../packages/local-aws/src/template.ts'
import { functionsOf } from '../observe/deployed.ts'

export interface Bundle {
  /** The function's name in its log, or `on demand: ` and the name of a part. */
  readonly name: string
  readonly file: string
  readonly bytes: number
  /** The modules in it, relative to the checkout. */
  readonly sources: readonly string[]
  readonly variables: Readonly<Record<string, string>>
}

/** Returns them by name; `madeOf` says what each was bundled from. */
export const bundlesOf = (template: Template, madeOf: MadeOf): Bundle[] => {
  const deployed = functionsOf(template).map(({ service, s3Key, variables }) => {
    const folder = template.assetFolder(s3Key)
    const texts = Object.entries(variables).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : 'https://example.com',
    ])
    const own: Bundle = {
      name: service,
      file: path.join(folder, 'index.js'),
      bytes: statSync(path.join(folder, 'index.js')).size,
      sources: madeOf[service] ?? [],
      variables: Object.fromEntries(texts),
    }
    return { own, folder }
  })
  const parts = new Map(
    deployed.flatMap(({ folder }) => partsIn(folder)).map((part) => [part.name, part]),
  )
  return [...deployed.map(({ own }) => own), ...parts.values()].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )
}

const ON_DEMAND = 'on demand: '

export const isOnDemand = (name: string): boolean => name.startsWith(ON_DEMAND)

const partsIn = (folder: string): Bundle[] =>
  globSync('*.js', { cwd: folder, exclude: ['index.js'] }).map((file) => ({
    name: ON_DEMAND + path.basename(file, '.js'),
    file: path.join(folder, file),
    bytes: statSync(path.join(folder, file)).size,
    sources: [file],
    variables: {},
  }))
