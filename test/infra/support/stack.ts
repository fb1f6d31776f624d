/** Synthesises the stack in this process, which takes a fraction of what `bin/app.ts` with its rules takes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { App } from 'aws-cdk-lib'
import * as z from 'zod'
import { BatonStack } from '../../../lib/baton-stack.ts'
import { context } from './app.ts'
import { render } from './intrinsics.ts'

const schema = z.looseObject({
  Outputs: z.record(z.string(), z.unknown()).default({}),
  Parameters: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.looseObject({}).default({}) }),
  ),
})

/** `choices` are those of `cdk -c name=value`. */
export function synthesiseStack(choices: Readonly<Record<string, unknown>> = {}) {
  const outdir = mkdtempSync(path.join(tmpdir(), 'baton-stack-'))
  try {
    const app = new App({
      outdir,
      context: { ...context, 'aws:cdk:bundling-stacks': [], ...choices },
      builtinCloudFormationValidation: false,
    })
    const stack = new BatonStack(app, 'Baton')
    const artifact = app.synth().getStackArtifact(stack.artifactId)
    const { Resources, Outputs, Parameters } = schema.parse(render(artifact.template))
    return {
      name: artifact.stackName,
      size: Buffer.byteLength(JSON.stringify(artifact.template)),
      resources: Object.entries(Resources),
      outputs: Object.keys(Outputs),
      parameters: Object.keys(Parameters),
    }
  } finally {
    rmSync(outdir, { recursive: true })
  }
}

export type SynthesisedStack = ReturnType<typeof synthesiseStack>
