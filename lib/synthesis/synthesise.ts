/** Synthesises the app into the folder that the CDK's command line names, or `cdk.out`. */
import { bundleFunctions } from './bundles.ts'

/** Prints violations of rules, and then sets `process.exitCode` or throws. */
export async function synthesise(): Promise<void> {
  // esbuild runs in another process while the CDK is loaded.
  const bundling = bundleFunctions()
  const [{ App, Tags, Validations }, { AwsSolutionsChecks, ServerlessChecks }, { BatonStack }] =
    await Promise.all([import('aws-cdk-lib'), import('cdk-nag'), import('../baton-stack.ts')])
  const { BUNDLES } = await import('../kit/service-function.ts')
  const app = new App({
    context: { [BUNDLES]: await bundling },
    // This takes as long as the rest of synthesis, so a test validates the template instead.
    builtinCloudFormationValidation: false,
  })
  new BatonStack(app, 'Baton')
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
  Tags.of(app).add('app', 'baton')
  app.synth()
}
