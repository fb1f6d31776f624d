/** Runs a command of the checkout as a person does, and measures it: wall clock and CPU time. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { now } from '../observe/now.ts'
import { endedChildrenCpuSeconds, treeCpuSeconds } from '../observe/process-tree.ts'
import { watchCpu } from './watch-cpu.ts'

export interface Took {
  readonly seconds: number
  readonly cpuSeconds: number
}

function start(folder: string, command: string, args: readonly string[], env: object = {}) {
  const bin = path.join(folder, 'node_modules', '.bin')
  return spawn(path.join(bin, command), args, {
    cwd: folder,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Runs it to its end. Throws its output if it fails. */
export async function run(
  folder: string,
  command: string,
  ...args: readonly string[]
): Promise<Took> {
  const [began, before] = [now(), endedChildrenCpuSeconds()]
  const child = start(folder, command, args)
  const watch = watchCpu(child.pid ?? 0)
  const output = collect(child)
  const [code] = await once(child, 'close')
  const watched = watch.stop()
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output()}`)
  const waitedFor = endedChildrenCpuSeconds() - before
  return { seconds: (now() - began) / 1000, cpuSeconds: Math.max(watched, waitedFor) }
}

/** Starts Baton with `npm start`'s command, waits until it prints its URL, and ends it. */
export async function startToListening(folder: string): Promise<Took> {
  const began = now()
  const child = start(folder, 'node', ['local/start.ts'], { PORT: '0', BATON_MODEL: 'scripted' })
  const watch = watchCpu(child.pid ?? 0)
  const output = collect(child)
  const closed = once(child, 'close')
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', () => {
        if (output().includes('Baton is at http')) resolve()
      })
      child.once('exit', () => reject(new Error(`Baton did not start:\n${output()}`)))
    })
    const seconds = (now() - began) / 1000
    const cpuSeconds = Math.max(watch.stop(), treeCpuSeconds(child.pid ?? 0))
    // The dashboard may still be built. The next start is warm only if it does not have to do that again.
    await fetch(/Baton is at (\S+),/.exec(output())?.[1] ?? '')
    return { seconds, cpuSeconds }
  } finally {
    watch.stop()
    child.kill('SIGINT')
    await closed
  }
}

function collect(child: ChildProcess): () => string {
  const chunks: Buffer[] = []
  for (const output of [child.stdout, child.stderr])
    output?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}
