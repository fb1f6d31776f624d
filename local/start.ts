/** `npm start`: all of Baton on this machine. `npm start -- --once "<message>"`: one conversation, printed as it grows. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildDashboard } from '../dashboard/build.ts'
import { NO_PROFILE } from '../packages/local-aws/src/no-profile.ts'
import { type BatonOptions, type LocalBaton, startBaton } from './baton.ts'
import { converse } from './conversation.ts'
import { takeNewCode } from './dev/messages.ts'
import { type LiveEvents, printEvents } from './live-events.ts'
import { localToken } from './local-token.ts'
import { readOwnChoices } from './own-choices.ts'
import { asPerson, PEOPLE_USAGE } from './person-cli.ts'
import { DEFAULT_PEOPLE, readSettings } from './settings.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const USAGE = `npm start                            starts everything, on PORT (default 3000), and prints what happens
npm start -- --quiet                 prints nothing once it has started
npm start -- say "<message>"         like baton say: says it to the Baton that is running, and shows what
                                     happens until nothing is left to do (say --help)
npm start -- --once "<message>"      runs one conversation on a free port, then exits
npm start -- --no-isolation          runs sandboxes as plain processes, even if bubblewrap works
${PEOPLE_USAGE}`

async function main(): Promise<number> {
  const [command, ...words] = process.argv.slice(2)
  if (command === 'say') return (await import('../cli/program.ts')).runBaton([command, ...words])
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      once: { type: 'string' },
      'no-isolation': { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      attach: { type: 'string', multiple: true },
      'in-reply-to': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const settings = readSettings(path.join(root, '.env'))
  Object.assign(process.env, NO_PROFILE)
  const local = path.join(root, '.local')
  mkdirSync(local, { recursive: true, mode: 0o700 })
  const token = settings.BATON_TOKEN ?? localToken(local, 'token')
  if (positionals.length > 0) {
    const server = { url: `http://127.0.0.1:${settings.PORT}`, token }
    const { attach = [], 'in-reply-to': inReplyTo } = values
    await asPerson(positionals, { ...server, print: console.log, attach, inReplyTo })
    return 0
  }
  const { people, settings: choices } = readOwnChoices(root)
  const stateDir =
    values.once === undefined ? path.join(local, 'state') : mkdtempSync(path.join(local, 'once-'))
  const logFile = path.join(local, 'log.txt')
  const options: BatonOptions = {
    root,
    stateDir,
    port: values.once === undefined ? settings.PORT : 0,
    token,
    readToken: settings.BATON_READ_TOKEN ?? localToken(local, 'read-token'),
    isolation: values['no-isolation'] ? 'none' : 'auto',
    keepSandboxes: values.once === undefined,
    variables: {
      ...(settings.BATON_BUDGETS && { BUDGETS: settings.BATON_BUDGETS }),
      ...(settings.BATON_APPROVALS && { APPROVALS: settings.BATON_APPROVALS }),
      ...(settings.BATON_VERIFY && { VERIFY: settings.BATON_VERIFY }),
    },
    settings: choices,
    people: settings.BATON_PEOPLE ?? people ?? DEFAULT_PEOPLE,
    anthropicKey: settings.BATON_MODEL === 'scripted' ? undefined : settings.ANTHROPIC_API_KEY,
    log: (line) => appendFileSync(logFile, `${new Date().toISOString()} ${line}\n`),
  }
  if (settings.E2B_API_KEY)
    console.log(
      'E2B_API_KEY is ignored: sandboxes run on this machine, because E2B could not reach its callback, objects and model. Deploy the stack to use E2B (README, "Deploying").',
    )
  return values.once === undefined
    ? serve(options, logFile, values.quiet)
    : once(options, values.once, logFile)
}

/** The first start takes a while. */
const announce = () =>
  console.log('Starting; the template is synthesised if anything has changed …')

async function serve(options: BatonOptions, logFile: string, isQuiet: boolean): Promise<number> {
  announce()
  const dashboard = buildDashboard(root)
  // If something else fails first, that is what the person must read.
  const failed = dashboard.then(
    () => undefined,
    (error: Error) => error.message,
  )
  let events: LiveEvents | undefined
  const baton = await startBaton({
    ...options,
    dashboard,
    // Printing reads the API, which would be news of its own.
    onStage: (stage, { functionId }) => {
      if (stage === 'ended' && !functionId.startsWith('ReadApi')) events?.look()
    },
  })
  console.log(`Baton is at ${baton.url}, log in ${path.relative(process.cwd(), logFile)}`)
  console.log(`Dashboard: ${baton.url}/#token=${encodeURIComponent(baton.token)}`)
  console.log(`Token: ${baton.token}; commands like "npm start -- sms" find it by themselves`)
  console.log(`\n${describe(baton)}\n\nTry:\n${curl(baton)}\n`)
  const columns = () => process.stdout.columns ?? COLUMNS
  if (!isQuiet) events = printEvents(baton, { print: console.log, log: options.log, columns })
  takeNewCode(baton)
  void failed.then((why) => why !== undefined && console.error(why))
  await interrupted()
  events?.close()
  await baton.close()
  return 0
}

/** The width of a terminal that does not tell it. */
const COLUMNS = 80

async function once(options: BatonOptions, message: string, logFile: string): Promise<number> {
  announce()
  try {
    return await converseOnce(options, message, logFile)
  } finally {
    rmSync(options.stateDir, { recursive: true, force: true })
  }
}

async function converseOnce(
  options: BatonOptions,
  message: string,
  logFile: string,
): Promise<number> {
  const baton = await startBaton(options)
  const stop = interrupted().then(() => 'interrupted' as const)
  try {
    console.log(`${describe(baton)}\n`)
    const print = (line: string) => console.log(line)
    const following = converse(baton, message, { sessionId: 'once', print, minutes: 60 })
    const outcome = await Promise.race([following, stop])
    if (outcome === 'done' || outcome === 'waiting') return 0
    console.error(`\nThe run ended without a reply (${outcome}); see ${logFile}.`)
    return 1
  } finally {
    await baton.close()
  }
}

const describe = ({ e2b, model }: LocalBaton) =>
  [
    `Isolation: ${e2b.isolationReport}`,
    ...(e2b.isolation === 'none'
      ? ['So a worker can also find the token and do what you can do.']
      : []),
    model
      ? 'Model: scripted, offline; it runs fenced sh blocks and creates files. Set ANTHROPIC_API_KEY for the real one.'
      : 'Model: the real one, through the gateway; your key stays outside the sandboxes, and its costs are counted.',
  ].join('\n')

const curl = ({ url, token }: LocalBaton) => `  curl -s ${url}/api/webhooks/conductor/message \\
    -H 'authorization: Bearer ${token}' -H 'content-type: application/json' \\
    -d '{"content":"Create a test file at /tmp/test.txt with the text Hello World"}'
  curl -s '${url}/api/sessions/main/messages?wait=20' -H 'authorization: Bearer ${token}'
  npm start -- sms ${DEFAULT_PEOPLE[0]} 'What can you do?'   # as a person by SMS; "email" works, too`

const interrupted = () =>
  new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  },
)
