/** The CDK app: synthesises the stack and checks the AwsSolutions and Serverless rules, if anything has changed. */
import { existsSync, readFileSync } from 'node:fs'
import { readSettingsFile, settingsFile } from '../lib/settings/file.ts'
import { SettingsError } from '../lib/settings/parse.ts'
import { openAssembly, UNCHECKED } from '../lib/synthesis/assembly.ts'

const {
  CDK_OUTDIR = 'cdk.out',
  CDK_CONTEXT_JSON = '',
  // The CDK's command line puts context here that is too long for a variable.
  CONTEXT_OVERFLOW_LOCATION_ENV: overflow = '',
} = process.env

async function main(): Promise<void> {
  // Tests and `npm start` say that there is no such file, because they choose by context.
  const settings = readSettingsFile(settingsFile(process.cwd()))
  const context = CDK_CONTEXT_JSON + (existsSync(overflow) ? readFileSync(overflow, 'utf8') : '')
  const assembly = openAssembly(CDK_OUTDIR, context, settings.values)
  if (assembly.isCurrent) return
  // Load the CDK only if needed, because that takes longer than finding that nothing has changed.
  const { synthesise } = await import('../lib/synthesis/synthesise.ts')
  await synthesise(settings, JSON.parse(context || '{}')[UNCHECKED] !== true)
  if (!process.exitCode) assembly.keep()
}

await main().catch((error: unknown) => {
  if (!(error instanceof SettingsError)) throw error
  console.error(error.message)
  // At an ordinary end the CDK would synthesise what there is of the app.
  process.exit(1)
})
