/** `npm run dev`: Baton on this machine. A change takes effect within moments, and state is kept. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { watchChanges } from './changes.ts'
import { type NewCode, READY } from './messages.ts'
import { readSources, type Sources } from './sources.ts'

const root = path.resolve(import.meta.dirname, '../..')
const WATCHED = [
  'bin',
  'dashboard',
  'lib',
  'lambdas',
  'src',
  'sandbox',
  'packages',
  'local',
  'cdk.json',
  'baton.json',
]

const say = (line: string) => console.log(`[dev] ${line}`)

/** Starts the server with the options of `npm start`. Resolves once it is ready; throws if it exits before. */
async function startServer(): Promise<ChildProcess> {
  const started = fork(path.join(root, 'local', 'start.ts'), process.argv.slice(2), { cwd: root })
  await ready(started)
  return started
}

async function ready(started: ChildProcess): Promise<void> {
  const [first] = await Promise.race([once(started, 'message'), once(started, 'exit')])
  if (first !== READY) throw new Error('The server has exited. The next change restarts it.')
}

async function endServer(running: ChildProcess): Promise<void> {
  if (running.exitCode !== null || running.signalCode !== null) return
  running.kill('SIGTERM')
  await once(running, 'exit')
}

let server = await startServer()
let sources: Sources = await readSources(root)

/** Returns what was done, or undefined if there was nothing to do. */
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

/** Changes are applied one after the other; those made meanwhile come next. */
let work = Promise.resolve()
const changes = await watchChanges(root, WATCHED, (files) => {
  const began = performance.now()
  work = work
    .then(() => apply(files))
    .then((done) => {
      const ms = Math.round(performance.now() - began)
      if (done !== undefined) say(`${files.join(', ')}: ${done}, ${ms} ms`)
    })
    // An error in a source file is no reason to exit: the next change may fix it.
    .catch((error: unknown) => say(error instanceof Error ? error.message : String(error)))
})

say('Watching: a change of a function replaces its code, any other change restarts the server.')

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    await changes.close()
    await endServer(server)
    process.exit(0)
  })
