/** Synthesises the app into the folder that the CDK's command line names, or `cdk.out`. */
import { FROM_FILE } from '../settings/context.ts'
import type { Source } from '../settings/parse.ts'
import { bundleFunctions } from './bundles.ts'

/**
 * Synthesises with the settings of baton.json and of the app's context. Prints violations of rules, and then sets
 * `process.exitCode` or throws. Without `rules` there are none: loading and applying them takes a third of what the CDK does.
 */
export async function synthesise(settings: Source, rules: boolean): Promise<void> {
  // esbuild runs in another process while the CDK is loaded. As on its own command line it collects no garbage, because it
  // ends soon: that takes a quarter of the time, and little more memory.
  process.env.GOGC ??= 'off'
  const bundling = bundleFunctions()
  const [{ App, Tags, Validations }, { BatonStack }, nag] = await Promise.all([
    import('aws-cdk-lib'),
    import('../baton-stack.ts'),
    rules ? import('cdk-nag') : undefined,
  ])
  const { BUNDLES } = await import('../kit/service-function.ts')
  const app = new App({
    context: { [BUNDLES]: await bundling, [FROM_FILE]: settings },
    // This takes as long as the rest of synthesis, so a test validates the template instead.
    builtinCloudFormationValidation: false,
    // Nobody reads tree.json, and writing it takes a tenth of the rest.
    treeMetadata: false,
  })
  new BatonStack(app, 'Baton')
  if (nag)
    Validations.of(app).addPlugins(new nag.AwsSolutionsChecks(app), new nag.ServerlessChecks(app))
  Tags.of(app).add('app', 'baton')
  app.synth()
}
