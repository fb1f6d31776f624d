/** `baton webhooks`: lets Twilio and SendGrid bring messages to the deployment, checks that they do, and undoes it. */
import { Argument, Command } from '@commander-js/extra-typings'
import { type Row, runChecks } from '../doctor/check.ts'
import { Dependencies } from '../doctor/dependencies.ts'
import { webhookChecks } from '../doctor/webhooks.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit.ts'
import { jsonOption, numberIn, stackOption } from '../options.ts'
import { columns, note, print, printJsonLines } from '../print.ts'
import { requireYes } from '../prompt.ts'
import { type Endpoint, isConnected, saysAll, type Values } from '../webhooks/endpoint.ts'
import { endpointsOf } from '../webhooks/endpoints.ts'
import { forget, keep, keptFile, keptFor } from '../webhooks/kept.ts'
import { roundTrips } from '../webhooks/round-trips.ts'

const channelArgument = () =>
  new Argument('[channel]', 'only one of them; by default all that the settings have').choices([
    'sms',
    'email',
  ] as const)

const KEYS =
  'Keys come from the deployed stack, or from TWILIO_AUTH_TOKEN and SENDGRID_API_KEY; none is an argument.'

/** Shows what a setting says, and what it is to say. */
function describe(
  label: string,
  now: Values | null,
  wanted: Values | null,
  more: readonly string[],
) {
  note(`${label}:`)
  const names = Object.keys({ ...now, ...wanted })
  const shown = (value: string | undefined) => (value === undefined || value === '' ? '-' : value)
  const rows = names.map((name) => {
    const [from, to] = [
      shown(now?.[name]),
      shown(wanted === null ? '' : (wanted[name] ?? now?.[name])),
    ]
    return [`  ${name}`, from === to ? from : `${from} → ${to}`]
  })
  note(columns(rows))
  if (wanted === null) note('  The setting is removed.')
  for (const line of more) note(`  ${line}`)
}

const connect = () =>
  new Command('connect')
    .summary('let the providers call this deployment')
    .description(
      `Shows what the settings at Twilio and SendGrid say now and what they will say, asks, and changes them: the address that Baton's number or Messaging Service calls, and Inbound Parse with a security policy that signs. What they said before is kept for baton webhooks disconnect. ${KEYS}`,
    )
    .addArgument(channelArgument())
    .option('--yes', 'do not ask')
    .addOption(stackOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ baton webhooks connect\n  $ baton webhooks connect sms --yes',
    )
    .action(async (channel, { stack, yes = false }) => {
      const on = new Dependencies(stack)
      const apiUrl = await on.output('ApiUrl').catch(() => notDeployed(stack))
      const endpoints = await endpointsOf(on, channel)
      const open = endpoints.filter((each) => !isConnected(each))
      for (const { label, now, wanted, besides } of open) describe(label, now, wanted, besides)
      if (open.length > 0 && !yes) await requireYes('Change this?')
      for (const each of open) await connectTo(each, apiUrl)
      for (const each of endpoints)
        print(
          `The ${each.label} ${open.includes(each) ? 'is now connected' : 'was connected already'}.`,
        )
      note('Next: baton webhooks check')
    })

function notDeployed(stack: string): never {
  throw new CliError(`The stack ${stack} is not deployed in this account and region.`, {
    cure: 'Deploy first (baton deploy), or choose another AWS_PROFILE or AWS_REGION.',
  })
}

async function connectTo(endpoint: Endpoint, apiUrl: string): Promise<void> {
  const known = keptFor(apiUrl)[endpoint.key]
  // What was kept first stays, as long as nobody else has changed the setting since.
  const before = known && saysAll(endpoint.now, known.connected) ? known.before : endpoint.now
  const made = known && before === known.before ? known.made : undefined
  const done = keep(apiUrl, endpoint.key, { label: endpoint.label, before })
  const connected = await endpoint.connect()
  done(connected.values, connected.made ?? made)
}

const disconnect = () =>
  new Command('disconnect')
    .summary('let the settings say what they did before')
    .description(
      `Gives the settings at Twilio and SendGrid back what they said before baton webhooks connect on this machine. ${KEYS}`,
    )
    .addArgument(channelArgument())
    .option('--yes', 'do not ask')
    .option('--force', 'also if somebody has changed them since')
    .addOption(stackOption())
    .addHelpText('after', '\nExample:\n  $ baton webhooks disconnect email')
    .action(async (channel, { stack, yes = false, force = false }) => {
      const on = new Dependencies(stack)
      const apiUrl = await on.output('ApiUrl').catch(() => notDeployed(stack))
      const known = keptFor(apiUrl)
      const endpoints = (await endpointsOf(on, channel)).filter(({ key }) => key in known)
      if (endpoints.length === 0)
        throw new CliError('Nothing was connected from this machine.', {
          cure: `What was connected is in ${keptFile()} of the machine that did it.`,
        })
      for (const { key, label, now } of endpoints) {
        const { before = null, connected = {} } = known[key] ?? {}
        if (!force && !saysAll(now, connected))
          throw new CliError(`Somebody has changed the ${label} since it was connected.`, {
            cure: 'Look at it; --force gives it back what it said before all the same.',
          })
        describe(label, now, before, [])
      }
      if (!yes) await requireYes('Change this?')
      for (const endpoint of endpoints) {
        const { before = null, made } = known[endpoint.key] ?? {}
        await endpoint.restore(before, made)
        forget(apiUrl, endpoint.key)
        print(`The ${endpoint.label} says what it said before.`)
      }
    })

const check = () =>
  new Command('check')
    .summary('check the settings, and send a message of Baton to itself through each')
    .description(
      `Checks what the settings at Twilio and SendGrid say. Then a message of Baton's own number and address to itself goes the way of people's messages: an SMS that this command signs as Twilio does and posts to the address that Twilio calls, and one real email through SendGrid. Baton records that they came and starts no turn. ${KEYS}`,
    )
    .addOption(stackOption())
    .addOption(jsonOption())
    .option('--seconds <n>', 'how long the email may take', seconds, 180)
    .addHelpText('after', '\nExample:\n  $ baton webhooks check')
    .action(async ({ stack, json = false, seconds: longest }) => {
      if (!json) note('Checking …')
      const on = new Dependencies(stack)
      const rows = await runChecks([...webhookChecks(on), ...roundTrips(on, longest)])
      if (json) printJsonLines(rows)
      else print(columns(rows.map(shown)))
      if (rows.some(({ state }) => state === 'fail')) process.exitCode = EXIT.failed
    })

const seconds = (text: string) => numberIn(text, { min: 1, max: 3_600 })

const shown = ({ state, name, detail, cure = '' }: Row) => [
  state.toUpperCase(),
  name,
  `${detail} ${cure}`.trim(),
]

export const webhooks = () =>
  new Command('webhooks')
    .summary('let Twilio and SendGrid bring messages, check it, and undo it')
    .addCommand(connect())
    .addCommand(check())
    .addCommand(disconnect())
