/** `baton template`: the sandboxes' template in the operator's E2B account. */
import { Command } from '@commander-js/extra-typings'
import { buildTemplateAt, KEYS_AT, toldOfE2b } from '../deploy/template.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit.ts'
import { givenSecret } from '../given-secrets.ts'
import { jsonOption } from '../options.ts'
import { isInteractive, print, printJson } from '../print.ts'
import { askSecret } from '../prompt.ts'
import { templateCalled } from '../providers/e2b.ts'
import { settingsFor } from '../stage.ts'

/** Returns the key of the E2B account. It is never an argument. */
async function e2bKey(): Promise<string> {
  const given =
    givenSecret('E2B_API_KEY') || (isInteractive() && (await askSecret(`E2B API key (${KEYS_AT})`)))
  if (given) return given
  throw new CliError(`E2B_API_KEY is not set: get a key from ${KEYS_AT}.`)
}

const build = () =>
  new Command('build')
    .summary('build the template, or build it again')
    .description(
      'Builds the template from which sandboxes are created: Claude Code, programs and the runner. New sandboxes use it at once, those that exist keep theirs.',
    )
    .argument('[name]', 'by default the setting e2bTemplate')
    .option(
      '--fresh',
      'with the current base image and packages, instead of layers that E2B has stored',
    )
    .addHelpText(
      'after',
      `
The key comes from E2B_API_KEY or is asked for.

Examples:
  $ baton template build
  $ baton template build --fresh        about once a month`,
    )
    .action(async (given, { fresh = false }) => {
      const { e2bTemplate } = settingsFor(undefined).settings
      const name = given ?? e2bTemplate
      await buildTemplateAt(await e2bKey(), name, fresh)
      if (name !== e2bTemplate)
        print(`For deployments to use it: baton init --set e2bTemplate=${name}`)
    })

const DAY_MS = 86_400_000
/** Base images and packages get security updates; after so many days a fresh build is due. */
const OLD_DAYS = 35

const status = () =>
  new Command('status')
    .summary('say whether the template is there, how old it is, and whether it is of this code')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExit status: 0 if it is there and of this code, else 1.\n\nExample:\n  $ baton template status',
    )
    .action(async ({ json = false }) => {
      const { e2bTemplate: name } = settingsFor(undefined).settings
      const apiKey = await e2bKey()
      const { templateState } = await import('../../sandbox/build-template.ts')
      const state = (await templateCalled(apiKey, name))
        ? await toldOfE2b(templateState(apiKey, name))
        : undefined
      const days = state && Math.floor((Date.now() - state.builtAt.getTime()) / DAY_MS)
      if (json) printJson({ name, exists: state !== undefined, days, ...state })
      else print(stateText(name, state, days))
      process.exitCode = state?.isCurrent ? EXIT.done : EXIT.failed
    })

function stateText(
  name: string,
  state: { builtAt: Date; isCurrent: boolean } | undefined,
  days = 0,
): string {
  if (state === undefined) return `The account has no template "${name}". Run baton template build.`
  const age = `"${name}" was built on ${state.builtAt.toISOString().slice(0, 10)}, ${days} days ago`
  if (!state.isCurrent) return `${age}, from other sources than these. Run baton template build.`
  return days > OLD_DAYS
    ? `${age}, from these sources. Run baton template build --fresh for updates of its base image.`
    : `${age}, from these sources.`
}

export const template = () =>
  new Command('template')
    .summary('build and check the template of sandboxes at E2B')
    .addCommand(build())
    .addCommand(status())
