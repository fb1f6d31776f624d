/** An operator of a deployment: their folder, their shell's variables, and all that commands print to them. */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestBaton } from './baton.ts'
import type { Seen } from './canaries.ts'
import { runCli } from './cli.ts'
import { openTerminal } from './terminal.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Returns the environment of commands: an account and nothing of this machine's user. `settings` is their baton.json. */
export const operatorOf = ({ aws, e2b }: TestBaton, home: string, settings: string) => ({
  HOME: home,
  BATON_SETTINGS: settings,
  AWS_ENDPOINT_URL: aws.endpoint,
  AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
  AWS_REGION: aws.region,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  E2B_API_URL: e2b.env.E2B_API_URL,
})

/** `more`: variables of every command, such as where providers are. */
export function newOperator(baton: TestBaton, more: Variables) {
  const home = mkdtempSync(path.join(tmpdir(), 'baton-operator-'))
  const temporary = path.join(home, 'tmp')
  mkdirSync(temporary)
  const env = {
    ...operatorOf(baton, home, path.join(home, 'baton.json')),
    TMPDIR: temporary,
    TWILIO_API_URL: baton.twilio.url,
    SENDGRID_API_URL: baton.sendgrid.url,
    ...more,
  }
  const printed: Seen[] = []
  const note = (kind: string, command: string, content: string) =>
    printed.push({ place: `${kind} of ${namesIn(command)}`, content })
  return {
    home,
    /** Each command's standard output and standard error, and what terminals showed. */
    printed,
    async run(command: string, input = '', given: Variables = {}) {
      const done = await runCli(command.split(' '), { cwd: home, env: { ...env, ...given }, input })
      note('output', command, done.out)
      note('errors', command, done.err)
      return done
    },
    /** Types an answer to a question in a terminal. Returns the exit status. */
    async answer(command: string, question: string, typed: string) {
      const terminal = openTerminal(command.split(' '), { cwd: home, env })
      await terminal.shows(question)
      terminal.types(`${typed}\r`)
      const status = await terminal.ended
      note('terminal', command, terminal.printed())
      return status
    },
  }
}

/** Returns the servers of a Baton by their ports. */
export function portsOf({ aws, e2b, model, twilio, sendgrid }: TestBaton) {
  const servers = {
    ...{ E2B: e2b.url, model: model?.url, Twilio: twilio.url, SendGrid: sendgrid.url },
    ...{ Baton: aws.url, AWS: aws.endpoint, gateway: aws.outputs.GatewayUrl },
  }
  return new Map(
    Object.entries(servers).map(([name, url = '']) => [Number(new URL(url).port), name] as const),
  )
}

/** Returns the names of the command: `tokens create`. */
const namesIn = (command: string) => /^[a-z]+( [a-z]+(?= |$))?/.exec(command)?.[0]
