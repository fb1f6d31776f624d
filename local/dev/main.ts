/** `npm run dev`: Baton on this machine. What a change touches is there anew within moments, and state stays. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { watchChanges } from './changes.ts'
import { type NewCode, READY } from './messages.ts'
import { readSources, type Sources } from './sources.ts'

const root = path.resolve(import.meta.dirname, '../..')
const WATCHED = ['bin', 'lib', 'lambdas', 'src', 'sandbox', 'packages', 'local', 'cdk.json']

const say = (line: string) => console.log(`[dev] ${line}`)

/** Starts the server with the options of `npm start`; resolves once it serves. Throws when it does not. */
async function startServer(): Promise<ChildProcess> {
  const started = fork(path.join(root, 'local', 'start.ts'), process.argv.slice(2), { cwd: root })
  await ready(started)
  return started
}

async function ready(started: ChildProcess): Promise<void> {
  const [first] = await Promise.race([once(started, 'message'), once(started, 'exit')])
  if (first !== READY) throw new Error('The server has ended. The next change starts it again.')
}

async function endServer(running: ChildProcess): Promise<void> {
  if (running.exitCode !== null || running.signalCode !== null) return
  running.kill('SIGTERM')
  await once(running, 'exit')
}

let server = await startServer()
let sources: Sources = await readSources(root)

/** Returns what was done; undefined if there was nothing to do. */
async function apply(files: readonly string[]): Promise<string | undefined> {
  const effect = await sources.effectOf(files)
  if (effect.kind === 'nothing') return undefined
  if (effect.kind === 'functions' && server.connected) {
    const message: NewCode = { folders: effect.folders }
    server.send(message)
    await ready(server)
    return `new code for ${Object.keys(effect.folders).join(', ')}`
  }
  await endServer(server)
  server = await startServer()
  sources = await readSources(root)
  return 'restarted'
}

/** One after the other: what changes meanwhile is taken up afterwards. */
let work = Promise.resolve()
const changes = await watchChanges(root, WATCHED, (files) => {
  const began = performance.now()
  work = work
    .then(() => apply(files))
    .then((done) => {
      const ms = Math.round(performance.now() - began)
      if (done !== undefined) say(`${files.join(', ')}: ${done}, ${ms} ms`)
    })
    // A mistake in a source is no reason to end: the next change may mend it.
    .catch((error: unknown) => say(error instanceof Error ? error.message : String(error)))
})

say('Watching: code of functions is replaced while they run, anything else restarts the server.')

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    await changes.close()
    await endServer(server)
    process.exit(0)
  })
