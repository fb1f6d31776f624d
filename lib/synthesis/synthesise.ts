/** Synthesises the app into the folder that the CDK's command line names, or `cdk.out`. */
import { FROM_FILE } from '../settings/context.ts'
import type { Source } from '../settings/parse.ts'
import { bundleFunctions } from './bundles.ts'

/**
 * Synthesises with the settings of baton.json and of the app's context. Prints violations of rules, and then sets
 * `process.exitCode` or throws.
 */
export async function synthesise(settings: Source): Promise<void> {
  // esbuild runs in another process while the CDK is loaded.
  const bundling = bundleFunctions()
  const [{ App, Tags, Validations }, { AwsSolutionsChecks, ServerlessChecks }, { BatonStack }] =
    await Promise.all([import('aws-cdk-lib'), import('cdk-nag'), import('../baton-stack.ts')])
  const { BUNDLES } = await import('../kit/service-function.ts')
  const app = new App({
    context: { [BUNDLES]: await bundling, [FROM_FILE]: settings },
    // This takes as long as the rest of synthesis, so a test validates the template instead.
    builtinCloudFormationValidation: false,
  })
  new BatonStack(app, 'Baton')
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
  Tags.of(app).add('app', 'baton')
  app.synth()
}
