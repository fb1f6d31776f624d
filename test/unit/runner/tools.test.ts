/** What Claude Code offers to the model in a job. */
import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { installedCli } from '../../../local/tools.ts'
import { UNUSABLE_TOOLS } from '../../../sandbox/unusable-tools.ts'
import { framed, jobIn, PATIENCE, setUpRunner, shellTask } from './fixtures.ts'

const fixture = setUpRunner()

/** Tools that work in one start. `PowerShell` is for other systems. */
const USABLE = [
  ...[
    'Agent',
    'Bash',
    'Edit',
    'Glob',
    'Grep',
    'LSP',
    'NotebookEdit',
    'PowerShell',
    'Read',
    'Skill',
  ],
  ...['SubagentHandback', 'TaskCreate', 'TaskGet', 'TaskList', 'TaskUpdate', 'TodoWrite'],
  ...['ToolSearch', 'WebFetch', 'WebSearch', 'Write'],
]

/** All names of tools that this release of Claude Code knows, from the program itself. */
function knownTools(): string[] {
  const cli = installedCli(join(import.meta.dirname, '../../..'))
  const list = String.raw`\["Agent",("\w+",)*"ScheduleWakeup",("\w+",?)*\]`
  const [found = '[]'] = execFileSync('grep', ['-aoEm1', list, cli], { encoding: 'utf8' }).split(
    '\n',
  )
  return z.array(z.string()).parse(JSON.parse(found))
}

test('every tool of this release is known to work in a job or is disallowed', () => {
  const known = knownTools()
  expect(known).toContain('Bash')
  expect([...USABLE, ...UNUSABLE_TOOLS].sort()).toEqual(known.sort())
})

test('the model is offered only tools that work in a job', { timeout: PATIENCE }, async () => {
  const { callback, model, sandbox } = fixture
  const home = await sandbox.homeFolder('home')
  const server = { command: 'sh', args: ['-c', 'touch ~/started; exec cat'] }
  const config = JSON.stringify({ mcpServers: { planted: server } })
  await writeFile(join(home, '.mcp.json'), config)
  await writeFile(join(home, '.claude.json'), config)
  await mkdir(join(home, '.claude'))
  await writeFile(
    join(home, '.claude/settings.json'),
    JSON.stringify({ enableAllProjectMcpServers: true }),
  )
  callback.offer(1, jobIn(fixture, shellTask('ls ~/started'), { timeLimitSeconds: 1_800 }))
  await (await sandbox.launch(1, callback.url)).exit()
  const request = model.requests.at(-1)?.request
  const offered = request?.tools.map(({ name }) => name) ?? []
  expect(offered.filter((name) => !USABLE.includes(name))).toEqual([])
  // None of them is left for the model to find by itself.
  expect(offered).toEqual(
    expect.arrayContaining(['Bash', 'Edit', 'Read', 'WebFetch', 'WebSearch', 'Write']),
  )
  expect(callback.results[0]?.text).toContain('No such file')
})

test('a command may take as long as the leg, but for a minute to report', {
  timeout: PATIENCE,
}, async () => {
  const { callback, model, sandbox } = fixture
  const limits = { 1: 1_800, 2: 300, 3: 60 }
  for (const [number, timeLimitSeconds] of Object.entries(limits)) {
    callback.offer(Number(number), jobIn(fixture, shellTask('true'), { timeLimitSeconds }))
    await (await sandbox.launch(Number(number), callback.url)).exit()
  }
  const asked = JSON.stringify(model.requests.map(({ request }) => request.tools))
  expect(asked).toContain('default 600000, max 1740000')
  expect(asked).toContain('default 240000, max 240000')
  expect(asked).toContain('default 60000, max 60000')
})

test('nothing is remembered outside the transcript', { timeout: PATIENCE }, async () => {
  const { callback, model, sandbox } = fixture
  callback.offer(1, jobIn(fixture, framed('[TASK]', 'Remember this.')))
  await (await sandbox.launch(1, callback.url)).exit()
  const { system, messages } = model.requests.at(-1)?.request ?? {}
  expect(JSON.stringify([system, messages])).not.toContain('/memory/')
})
