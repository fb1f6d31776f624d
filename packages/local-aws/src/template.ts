/** Reads one stack of a synthesised CDK app: its template, its assets and the paths of its constructs. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'

const resource = z.object({
  Type: z.string(),
  Condition: z.string().optional(),
  DeletionPolicy: z.string().optional(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Metadata: z.record(z.string(), z.unknown()).default({}),
})

const parameter = z.object({ Type: z.string(), Default: z.unknown().optional() })

const template = z.object({
  Resources: z.record(z.string(), resource),
  Parameters: z.record(z.string(), parameter).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Mappings: z
    .record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())))
    .default({}),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
})

const manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z.looseObject({ templateFile: z.string().optional() }).optional(),
      additionalMetadataFile: z.string().optional(),
    }),
  ),
})

const assetManifest = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string().optional(), packaging: z.string().optional() }),
    }),
  ),
})

const metadata = z.record(z.string(), z.array(z.object({ type: z.string(), data: z.unknown() })))

export type Resource = z.infer<typeof resource>

export interface Template extends z.infer<typeof template> {
  readonly stackName: string
  /** The template as it was written. */
  readonly text: string
  /** Construct path (`Stack/Api/Default`) by logical id, if the synthesis recorded it. */
  readonly constructPaths: ReadonlyMap<string, string>
  /** The folder of a zipped asset, by the S3 key that the template names (`<hash>.zip`). */
  assetFolder(s3Key: string): string
}

/**
 * Loads the stack `stack` of the cloud assembly in `assembly` (a `cdk.out` folder); without a name, its only
 * stack. Throws if there is no assembly, no such stack, or more than one to choose from.
 */
export function loadTemplate(assembly: string, stack?: string): Template {
  const manifestFile = path.join(assembly, 'manifest.json')
  if (!existsSync(manifestFile)) {
    throw new Error(`${assembly} holds no manifest.json: synthesise the app first (cdk synth).`)
  }
  const { artifacts } = readJson(manifestFile, manifest)
  const stackName = chooseStack(artifacts, stack)
  const artifact = artifacts[stackName]
  const templateFile = artifact?.properties?.templateFile ?? `${stackName}.template.json`
  const file = path.join(assembly, templateFile)
  const parsed = readJson(file, template)
  return {
    ...parsed,
    stackName,
    text: readFileSync(file, 'utf8'),
    constructPaths: constructPaths(assembly, artifact?.additionalMetadataFile, parsed.Resources),
    assetFolder: assetFolders(assembly, `${stackName}.assets.json`),
  }
}

/** Returns a template that is not part of an assembly, so it has no assets. Throws if it is none. */
export function parseTemplate(content: unknown, stackName: string): Template {
  const assetFolder = () => {
    throw new Error(`The assets of ${stackName} are not on this machine.`)
  }
  const text = JSON.stringify(content)
  return { ...template.parse(content), stackName, text, constructPaths: new Map(), assetFolder }
}

function chooseStack(artifacts: z.infer<typeof manifest>['artifacts'], wanted?: string): string {
  const names = Object.keys(artifacts).filter(
    (name) => artifacts[name]?.type === 'aws:cloudformation:stack',
  )
  const [first] = names
  if (wanted === undefined && names.length === 1 && first !== undefined) return first
  if (wanted !== undefined && names.includes(wanted)) return wanted
  const choice = names.length === 0 ? 'has no stack' : `has the stacks ${names.join(', ')}`
  throw new Error(
    wanted === undefined
      ? `The assembly ${choice}: name the one to run.`
      : `There is no stack ${wanted}: the assembly ${choice}.`,
  )
}

function constructPaths(
  assembly: string,
  metadataFile: string | undefined,
  resources: Record<string, Resource>,
): Map<string, string> {
  const paths = new Map<string, string>()
  const recorded = metadataFile ? readJson(path.join(assembly, metadataFile), metadata) : {}
  for (const [constructPath, entries] of Object.entries(recorded)) {
    for (const { type, data } of entries) {
      if (type === 'aws:cdk:logicalId') paths.set(String(data), constructPath.replace(/^\//, ''))
    }
  }
  for (const [logicalId, { Metadata }] of Object.entries(resources)) {
    const written = Metadata['aws:cdk:path']
    if (typeof written === 'string') paths.set(logicalId, written)
  }
  return paths
}

function assetFolders(assembly: string, manifestFile: string): (s3Key: string) => string {
  const file = path.join(assembly, manifestFile)
  const { files } = existsSync(file) ? readJson(file, assetManifest) : { files: {} }
  return (s3Key) => {
    const source = files[path.basename(s3Key, path.extname(s3Key))]?.source
    if (source?.path === undefined || source.packaging !== 'zip') {
      throw new Error(`The assembly has no zipped asset ${s3Key}: run cdk synth again.`)
    }
    return path.resolve(assembly, source.path)
  }
}

function readJson<T extends z.ZodType>(file: string, shape: T): z.infer<T> {
  const result = shape.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (result.success) return result.data
  throw new Error(`${file} is not what cdk synth writes: ${z.prettifyError(result.error)}`)
}
