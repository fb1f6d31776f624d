/** The CDK app: synthesises the stack and checks the AwsSolutions and Serverless rules, if anything has changed. */
import { existsSync, readFileSync } from 'node:fs'
import { openAssembly } from '../lib/synthesis/assembly.ts'

const {
  CDK_OUTDIR = 'cdk.out',
  CDK_CONTEXT_JSON = '',
  // The CDK's command line puts context here that is too long for a variable.
  CONTEXT_OVERFLOW_LOCATION_ENV: overflow = '',
} = process.env
const context = CDK_CONTEXT_JSON + (existsSync(overflow) ? readFileSync(overflow, 'utf8') : '')
const assembly = openAssembly(CDK_OUTDIR, context)

// Load the CDK only if needed, because that takes longer than finding that nothing has changed.
if (!assembly.isCurrent) {
  const { synthesise } = await import('../lib/synthesis/synthesise.ts')
  await synthesise()
  if (!process.exitCode) assembly.keep()
}
