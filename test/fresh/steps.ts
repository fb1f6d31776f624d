/** The steps of a newcomer in a place, and their expected results. */
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import * as z from 'zod'
import { expectEnd, Failure, run, start } from './command.ts'
import type { Environment } from './machine.ts'
import { type Place, processesBelow } from './place.ts'

const START = ['npm', 'start']
const SYNTHESIS_TAKES_AT_MOST = 4

const inPlace = (place: Place, changes?: Environment) => ({
  cwd: place.folder,
  environment: place.environment(changes),
  user: place.user,
})

export async function install(place: Place): Promise<void> {
  const ended = await run(['npm', 'ci'], inPlace(place))
  expectEnd(ended, 0, /^added \d+ packages/m)
  const lines = ended.output.split('\n').filter((line) => line.trim() !== '')
  if (lines.length > 1) throw new Failure('it printed more than that', ended.output)
}

/** Before anything else was started there, so no synthesis comes first. */
export async function refuseTakenPort(place: Place): Promise<void> {
  const other = await listen()
  try {
    const ended = await run(START, inPlace(place, { PORT: String(portOf(other)) }), 1)
    expectEnd(ended, 1, new RegExp(`Port ${portOf(other)} is in use`), /PORT=\d+ npm start/)
    if (existsSync(join(place.folder, 'cdk.out')))
      throw new Failure('the template was synthesised first', ended.output)
  } finally {
    other.close()
  }
}

/** Starts a server, has others run into it, kills it, and starts it again. */
export async function serveOnce(place: Place): Promise<void> {
  const PORT = await freePort()
  const at = `http://127.0.0.1:${PORT}`
  const surroundings = inPlace(place, { PORT })
  const first = start(START, surroundings)
  try {
    await first.says(new RegExp(`Baton is at ${at}`))
    const second = await run(START, surroundings, 1)
    expectEnd(second, 1, new RegExp(`is already running from this folder: process \\d+, at ${at}`))
    await converse(place, 'What can you do?', { beside: true })
    await expectHealthy(at)
    const pid = Number(/process (\d+), at/.exec(second.output)?.[1])
    process.kill(pid, 'SIGKILL')
    await first.ended
  } finally {
    first.kill()
  }
  const again = start(START, surroundings)
  try {
    await again.says(new RegExp(`Baton is at ${at}`))
    await expectHealthy(at)
    const refused = await run(START, surroundings, 1)
    process.kill(Number(/process (\d+), at/.exec(refused.output)?.[1]), 'SIGTERM')
    expectEnd(await again.ended, 0)
  } finally {
    again.kill()
  }
  expectNothingLeft(place)
}

interface Conversation {
  readonly environment?: Environment
  /** The isolation it must report; any by default. */
  readonly isolation?: 'bwrap' | 'none'
  /** A server is running in the same place. */
  readonly beside?: boolean
}

/** Runs one conversation to its end. */
export async function converse(
  place: Place,
  message: string,
  { environment, isolation, beside = false }: Conversation,
): Promise<void> {
  const words = [...START, '--', '--once', message]
  const ended = await run(words, inPlace(place, environment), SYNTHESIS_TAKES_AT_MOST)
  const asked = message.includes('Hello') ? [/exit status 0/, /^ +Hello World$/m] : []
  expectEnd(
    ended,
    0,
    new RegExp(`^Isolation: ${isolation ?? ''}`, 'm'),
    ...asked,
    /^conductor /m,
    /^receipt /m,
  )
  if (beside) return
  expectNothingLeft(place)
  const left = readdirSync(join(place.folder, '.local')).filter((name) => name.startsWith('once-'))
  if (left.length > 0) throw new Failure(`it left ${left} in .local`, ended.output)
}

export async function runTests(place: Place, environment: Environment): Promise<void> {
  const ended = await run(['npm', 'test'], inPlace(place, environment), 30)
  expectEnd(ended, 0)
  expectNothingLeft(place)
}

function expectNothingLeft(place: Place): void {
  const left = processesBelow(place.folder).map(({ pid, at }) => `${pid} in ${at}`)
  if (left.length > 0) throw new Failure('processes were left running', left.join('\n'))
}

async function expectHealthy(url: string): Promise<void> {
  const { status } = await fetch(`${url}/health`)
  if (status !== 200) throw new Failure(`${url}/health answered ${status}`, '')
}

async function listen(): Promise<Server> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const portOf = (server: Server) => z.object({ port: z.number() }).parse(server.address()).port

async function freePort(): Promise<string> {
  const server = await listen()
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return String(port)
}
