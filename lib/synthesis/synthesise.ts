/** Synthesises the app into the folder that the CDK's command line names, `cdk.out` without one. */
import { bundleFunctions } from './bundles.ts'

/** What breaks a rule is printed; `process.exitCode` says so, or an error that is thrown. */
export async function synthesise(): Promise<void> {
  // esbuild works beside this process while the CDK is loaded.
  const bundling = bundleFunctions()
  const [{ App, Tags, Validations }, { AwsSolutionsChecks, ServerlessChecks }, { BatonStack }] =
    await Promise.all([import('aws-cdk-lib'), import('cdk-nag'), import('../baton-stack.ts')])
  const { BUNDLES } = await import('../kit/service-function.ts')
  const app = new App({
    context: { [BUNDLES]: await bundling },
    // It takes as long as all the rest, so that a test holds the template to it instead.
    builtinCloudFormationValidation: false,
  })
  new BatonStack(app, 'Baton')
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
  Tags.of(app).add('app', 'baton')
  app.synth()
}
