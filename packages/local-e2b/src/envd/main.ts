/** The daemon in a sandbox: it reads its configuration from the server and serves until that pipe closes. */
import { createInterface } from 'node:readline'
import { type EnvdCommand, type EnvdEvent, envdCommand, envdConfig } from './config.ts'
import { type Confinement, confinement } from './confinement.ts'
import { forward } from './forwarder.ts'
import { createEnvdServer } from './http-server.ts'

// A command in the sandbox that kills every `node` or sends a stray signal should not end the daemon.
process.title = 'envd'
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})

const say = (event: EnvdEvent): void => void process.stdout.write(`${event}\n`)

async function execute(
  command: EnvdCommand,
  { freeze, thaw, isEmpty }: Confinement,
): Promise<void> {
  if (command === 'freeze') {
    await freeze()
    return say(isEmpty() ? 'frozen alone' : 'frozen')
  }
  await thaw()
  say('thawed')
}

// The pipe to the server closes when the server ends for any reason.
async function endEverything({ end }: Confinement): Promise<never> {
  await end()
  process.exit(0)
}

async function serve(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const first = await lines.next()
  const config = envdConfig.parse(JSON.parse(String(first.value)))
  const processes = confinement(config)
  const server = createEnvdServer(config)
  await Promise.all(config.links.map(forward))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.socket, resolve)
  })
  say('ready')
  for await (const line of { [Symbol.asyncIterator]: () => lines })
    await execute(envdCommand.parse(line), processes)
  await endEverything(processes)
}

serve()
