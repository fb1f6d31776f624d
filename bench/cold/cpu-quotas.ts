/** Gives processes a share of one CPU, by the kernel's control groups: each process has a group with a quota of its own. */
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

export interface CpuQuotas {
  /** `share`: 0.5 is half of one CPU, for all threads of the process together. */
  limit(pid: number, share: number): void
  /** Removes the groups; to be called when the processes have been killed. */
  close(): Promise<void>
}

/** Lambda hands out CPU time in periods of this length; in microseconds. */
const PERIOD_US = 20_000

/** The kernel takes no smaller quota. */
const LEAST_QUOTA_US = 1_000

interface Version {
  /** The group that new groups are made in. */
  readonly parent: string
  /** What is written to which file of a group. */
  readonly settings: (quotaUs: number) => Readonly<Record<string, string>>
}

const VERSIONS: readonly Version[] = [
  {
    parent: '/sys/fs/cgroup',
    settings: (quotaUs) => ({ 'cpu.max': `${quotaUs} ${PERIOD_US}` }),
  },
  {
    parent: '/sys/fs/cgroup/cpu',
    settings: (quotaUs) => ({
      'cpu.cfs_period_us': String(PERIOD_US),
      'cpu.cfs_quota_us': String(quotaUs),
    }),
  },
]

const MEMBERS = 'cgroup.procs'

/** Returns undefined where this process may make no groups, or where groups have no quotas. */
export function openCpuQuotas(): CpuQuotas | undefined {
  const version = VERSIONS.find(allowsQuotas)
  if (!version) return undefined
  const groups: string[] = []
  return {
    limit(pid, share) {
      const group = makeGroup(version, `baton-bench-${pid}-${groups.length}`, share)
      groups.push(group)
      // The kernel may take its time to move it, in which it would run without a quota.
      process.kill(pid, 'SIGSTOP')
      writeFileSync(path.join(group, MEMBERS), String(pid))
      process.kill(pid, 'SIGCONT')
    },
    async close() {
      for (const group of groups.splice(0)) await removeGroup(group)
    },
  }
}

function allowsQuotas(version: Version): boolean {
  try {
    rmdirSync(makeGroup(version, `baton-bench-${process.pid}`, 1))
    return true
  } catch {
    return false
  }
}

function makeGroup({ parent, settings }: Version, name: string, share: number): string {
  const group = path.join(parent, name)
  mkdirSync(group)
  const quotaUs = Math.max(LEAST_QUOTA_US, Math.round(share * PERIOD_US))
  try {
    // A file that is missing must not be made: without the CPU controller there is none.
    for (const [file, value] of Object.entries(settings(quotaUs)))
      writeFileSync(path.join(group, file), value, { flag: 'r+' })
  } catch (error) {
    rmdirSync(group)
    throw error
  }
  return group
}

const PATIENCE_MS = 10_000
const LOOK_MS = 20

/** A process that was killed stays in its group until its quota lets it end. Throws if it does not. */
async function removeGroup(group: string): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await wait(LOOK_MS))
    try {
      return rmdirSync(group)
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
}
