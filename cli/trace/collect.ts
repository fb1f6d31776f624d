/** Collects everything of one run, a record after the other. */

import { readSettingsFile, settingsFile } from '../../lib/settings/file.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { runName } from '../../src/core/execution-name.ts'
import type { Client } from '../api.ts'
import { CliError } from '../errors.ts'
import { type Entry, entriesAfter } from '../follow.ts'
import { ROOT } from '../target.ts'
import type { Backend } from './backend.ts'

export type TraceRecord = { readonly kind: string } & Readonly<Record<string, unknown>>

const MARGIN_MS = 15 * 60_000

/** Returns the records of a run; of the latest one without `run`. Throws a CliError if there is no such run. */
export async function collect(
  client: Client,
  backend: Backend,
  { sessionId, run }: { readonly sessionId: string; readonly run: number | undefined },
): Promise<readonly TraceRecord[]> {
  const session = await client.get('Session', `/api/sessions/${sessionId}`)
  const wanted = run ?? session.runs[0]?.run ?? 0
  const entries = ofRun(await allEntries(client, sessionId), wanted)
  const [first] = entries
  if (first === undefined)
    throw new CliError(`${sessionId} has no run ${wanted}, or its history has expired.`, {
      cure: `baton show ${sessionId}`,
    })
  const workers = await workersIn(client, sessionId, entries)
  const executions = [
    runName(sessionId, wanted),
    ...workers.flatMap(({ legs }) => legs.map(({ execution }) => execution)),
  ]
  const records: TraceRecord[] = [
    {
      kind: 'trace',
      sessionId,
      run: wanted,
      at: new Date().toISOString(),
      versions: { baton: packageJson.version, node: process.version },
      settings: readSettingsFile(settingsFile(ROOT)).values,
    },
    { kind: 'session', ...session },
    ...entries.map((entry) => ({ kind: 'entry', ...entry })),
    ...workers.map((worker) => ({ kind: 'worker', ...worker })),
  ]
  for (const execution of executions)
    for (const event of await backend.executionEvents(execution))
      records.push({ kind: 'execution-event', execution, event })
  const period = {
    from: Date.parse(first.at) - MARGIN_MS,
    to: Date.parse(entries.at(-1)?.at ?? first.at) + MARGIN_MS,
  }
  for (const line of await backend.logLines(sessionId, period)) records.push({ kind: 'log', line })
  return records
}

async function allEntries(client: Client, sessionId: string): Promise<readonly Entry[]> {
  const all: Entry[] = []
  for (;;) {
    const more = await entriesAfter(client, sessionId, all.at(-1)?.seq ?? 0)
    if (more.length === 0) return all
    all.push(...more)
  }
}

/** A run ends with its receipt, so its entries are those since the receipt of the run before. */
function ofRun(entries: readonly Entry[], run: number): readonly Entry[] {
  const before = entries.findLast(({ receipt }) => receipt !== undefined && receipt.run < run)
  const end = entries.find(({ receipt }) => receipt !== undefined && receipt.run >= run)
  return entries.filter(
    ({ seq }) => seq > (before?.seq ?? 0) && seq <= (end?.seq ?? Number.POSITIVE_INFINITY),
  )
}

/** Returns the workers that entries name. */
async function workersIn(client: Client, sessionId: string, entries: readonly Entry[]) {
  const ids = entries.flatMap(({ workerId, commands = [] }) => [
    workerId,
    ...commands.map((command) => ('workerId' in command ? command.workerId : undefined)),
  ])
  const known = [...new Set(ids)].filter((id) => typeof id === 'string')
  return Promise.all(
    known.map((id) => client.get('WorkerDetail', `/api/sessions/${sessionId}/workers/${id}`)),
  )
}
