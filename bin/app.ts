/** The CDK entry: one stack, held to the AwsSolutions and Serverless rules at every synthesis. */
import { App, Tags, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import { BatonStack } from '../lib/baton-stack.ts'

const app = new App()
new BatonStack(app, 'Baton')
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
Tags.of(app).add('app', 'baton')
