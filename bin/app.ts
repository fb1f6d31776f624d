/** The CDK entry: one stack, held to the AwsSolutions and Serverless rules whenever anything has changed. */
import { existsSync, readFileSync } from 'node:fs'
import { openAssembly } from '../lib/synthesis/assembly.ts'

const {
  CDK_OUTDIR = 'cdk.out',
  CDK_CONTEXT_JSON = '',
  // Where the CDK's command line puts what is too long for a variable.
  CONTEXT_OVERFLOW_LOCATION_ENV: overflow = '',
} = process.env
const context = CDK_CONTEXT_JSON + (existsSync(overflow) ? readFileSync(overflow, 'utf8') : '')
const assembly = openAssembly(CDK_OUTDIR, context)

// To load the CDK takes longer than to see that nothing has changed.
if (!assembly.isCurrent) {
  const { synthesise } = await import('../lib/synthesis/synthesise.ts')
  await synthesise()
  if (!process.exitCode) assembly.keep()
}
