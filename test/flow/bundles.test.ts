/** What is deployed of each function: its size, which every cold start reads, and the packages in it. */
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { loadTemplate } from '../../local/aws/template.ts'

/** A little above what they have, in kB; whoever needs more says so here. */
const LIMITS_KB: Readonly<Record<string, number>> = {
  'receive-sms': 750,
  'receive-email': 1_200,
  'deliver-message': 900,
}

const code = z.object({
  Code: z.object({ S3Key: z.string() }),
  Environment: z.object({ Variables: z.looseObject({ POWERTOOLS_SERVICE_NAME: z.string() }) }),
})
const sourceMap = z.object({ sources: z.array(z.string()) })

const assembly = path.resolve(import.meta.dirname, '../../dist/assembly')
const template = loadTemplate(assembly)
const bundles = Object.values(template.Resources)
  .filter(({ Type }) => Type === 'AWS::Lambda::Function')
  .map(({ Properties }) => {
    const { Code, Environment } = code.parse(Properties)
    const file = path.join(template.assetFolder(Code.S3Key), 'index.js')
    return {
      name: Environment.Variables.POWERTOOLS_SERVICE_NAME,
      kB: Math.ceil(statSync(file).size / 1000),
      sources: sourceMap.parse(JSON.parse(readFileSync(`${file}.map`, 'utf8'))).sources,
    }
  })

test('every function has a bundle, and those of the channels are no larger than they need be', () => {
  const lines = [...bundles].sort((a, b) => b.kB - a.kB).map(({ name, kB }) => `${kB} kB ${name}`)
  console.log(lines.join('\n'))
  const sizes = new Map(bundles.map(({ name, kB }) => [name, kB]))
  expect(sizes.size).toBeGreaterThan(20)
  for (const [name, limit] of Object.entries(LIMITS_KB)) {
    expect(sizes.get(name), name).toBeGreaterThan(0)
    expect(sizes.get(name), name).toBeLessThanOrEqual(limit)
  }
})

test('none has the libraries of Twilio or SendGrid, which are large and send again by themselves', () => {
  const packages = (name: string) =>
    bundles.filter(({ sources }) =>
      sources.some((source) => source.includes(`node_modules/${name}/`)),
    )
  // That packages can be seen in this way at all.
  expect(packages('zod').length).toBe(bundles.length)
  for (const name of ['twilio', '@sendgrid'])
    expect(packages(name).map((each) => each.name)).toEqual([])
})
