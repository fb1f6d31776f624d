/**
 * The replacement of Claude Code that also records in its home when the runner and itself were started, and
 * finally its CPU time. It is bundled as an executable.
 */
import { appendFileSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

const { HOME = '', BATON_JOB = '' } = process.env

const note = (what: object) =>
  appendFileSync(path.join(HOME, 'bench-notes.jsonl'), `${JSON.stringify(what)}\n`)

/** In milliseconds since the epoch, to a hundredth of a second: the kernel counts from the start of the machine. */
function startOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  const [uptime = 0] = readFileSync('/proc/uptime', 'utf8').split(' ').map(Number)
  return Date.now() - (uptime * 1000 - ticks * 10)
}

note({
  kind: 'start',
  job: Number(BATON_JOB),
  runner: startOf(process.ppid),
  // The runner takes its lock by creating this folder.
  locked: statSync(path.join(HOME, '.baton', 'jobs', BATON_JOB)).birthtimeMs,
  cli: startOf(process.pid),
})
process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  note({ kind: 'end', cpuSeconds: (user + system) / 1e6 })
})

// Only now: the stand-in goes to work as soon as it is loaded.
void import('../../test/support/quick-claude.ts')
