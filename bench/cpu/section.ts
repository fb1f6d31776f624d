/** Baton's own CPU time for a message: server, functions, runner and sandbox daemon, without the CLI. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { replies, type TestBaton, testBaton } from '../../test/support/baton.ts'
import { descendantsOf } from '../../test/support/descendants.ts'
import { cliCpuSeconds, timedClaude } from '../hops/notes.ts'
import { CPU_SECONDS_A_MESSAGE } from '../marks.ts'
import { treeCpuSeconds } from '../observe/process-tree.ts'
import type { Options } from '../options.ts'
import { type Findings, measured } from '../report/figure.ts'
import { median, sum } from '../report/statistics.ts'

const MESSAGES_A_WINDOW = 4
const SESSION = 'bench'

interface Sample {
  /** CPU-seconds a message. */
  readonly own: number
  readonly server: number
  readonly functions: number
  /** Daemon and runner. */
  readonly sandbox: number
  readonly cli: number
}

export async function cpu({ full }: Options): Promise<Findings> {
  const folder = mkdtempSync(path.join(tmpdir(), 'baton-bench-'))
  const baton = await testBaton({ claude: await timedClaude(folder) })
  try {
    const samples: Sample[] = []
    await windowOf(baton)
    for (let i = 0; i < (full ? 8 : 3); i++) samples.push(await windowOf(baton))
    const sent = MESSAGES_A_WINDOW * (samples.length + 1)
    const answered = replies(await baton.history(SESSION)).length
    if (answered !== sent) throw new Error(`${answered} of ${sent} messages were answered`)
    const of = (part: keyof Sample) => samples.map((each) => each[part])
    const shares = (['server', 'functions', 'sandbox'] as const).map(
      (part) => `${part} ${median(of(part)).toFixed(2)}`,
    )
    return {
      figures: [
        measured('per message, without the CLI', 'CPU-s', of('own'), {
          most: CPU_SECONDS_A_MESSAGE,
          because: shares.join(', '),
        }),
        measured('of which server', 'CPU-s', of('server')),
        measured('of which functions', 'CPU-s', of('functions')),
        measured('of which sandbox daemon and runner', 'CPU-s', of('sandbox')),
        measured('CLI, not counted', 'CPU-s', of('cli')),
      ],
      notes: [
        `Messages without a worker, warm, in one session. Each sample is the mean of ${MESSAGES_A_WINDOW}, including the ends of their runs.`,
        'The server is this process, which does nothing else in that time.',
      ],
    }
  } finally {
    await baton.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function windowOf(baton: TestBaton): Promise<Sample> {
  const before = usage(baton)
  for (let i = 0; i < MESSAGES_A_WINDOW; i++) {
    await baton.send(SESSION, 'What can you do?')
    await runIsOver(baton)
  }
  const after = usage(baton)
  const each = (part: keyof typeof after) => (after[part] - before[part]) / MESSAGES_A_WINDOW
  const [own, server, functions, cli] = [
    each('tree') - each('cli'),
    each('server'),
    each('functions'),
    each('cli'),
  ]
  return { own, server, functions, sandbox: own - server - functions, cli }
}

function usage({ stateDir }: TestBaton) {
  const { user, system } = process.cpuUsage()
  return {
    tree: treeCpuSeconds(process.pid),
    server: (user + system) / 1e6,
    functions: sum(
      descendantsOf(process.pid)
        .filter(({ command }) => command.includes('lambda-runtime'))
        .map(({ pid }) => treeCpuSeconds(pid)),
    ),
    cli: cliCpuSeconds(stateDir),
  }
}

const LOOK_MS = 25

/** From the pause of the sandbox to the end of the run's work after that. */
const SILENCE_MS = 1_500

/**
 * Waits until the run is over without a request to Baton, which would take CPU time: its sandbox runs, then
 * pauses.
 */
async function runIsOver({ e2b, log }: TestBaton): Promise<void> {
  const isRunning = () => e2b.sandboxes().some(({ state }) => state === 'running')
  while (!isRunning()) await wait(LOOK_MS)
  while (isRunning()) await wait(LOOK_MS)
  for (let lines = -1; lines !== log.length; ) {
    lines = log.length
    await wait(SILENCE_MS)
  }
}
