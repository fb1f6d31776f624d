/** `npm run bench`: the cost of a message, as a table and as JSON. `npm run bench -- --help` lists the options. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type SectionReport, sectionText, summaryText } from './report/table.ts'
import { root } from './root.ts'
import { SECTIONS } from './sections.ts'

const names = Object.keys(SECTIONS)

const USAGE = `npm run bench -- [--only ${names.slice(0, 2).join(',')}] [--full] [--json FILE] [--sessions N] [--update-budget]

--only           only these sections: ${names.join(', ')}
--full           more rounds, the real CLI, 200 sessions; without it the run takes some minutes
--json           file for the figures (default .local/bench.json)
--sessions       number of concurrent sessions (section load)
--update-budget  updates the budget of the bundles (section bundles) or of calls (section messages)`

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: names },
      full: { type: 'boolean', default: false },
      json: { type: 'string', default: path.join(root, '.local', 'bench.json') },
      sessions: { type: 'string' },
      'update-budget': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const chosen = values.only.flatMap((each) => each.split(','))
  const unknown = chosen.filter((name) => !names.includes(name))
  if (values.help || unknown.length > 0) {
    console.log(unknown.length > 0 ? `Unknown section: ${unknown}.\n\n${USAGE}` : USAGE)
    return unknown.length > 0 ? 1 : 0
  }
  const options = {
    full: values.full,
    updateBudget: values['update-budget'],
    sessions: values.sessions === undefined ? undefined : Number(values.sessions),
  }
  const sections: SectionReport[] = []
  const failed: string[] = []
  for (const [name, { title, run }] of Object.entries(SECTIONS)) {
    if (!chosen.includes(name)) continue
    const load = loadavg()[0] ?? 0
    try {
      const report = { name, title, ...(await run(options)) }
      sections.push(report)
      console.log(`\n${sectionText(report)}`)
    } catch (error) {
      failed.push(name)
      console.error(`\n${name} could not be measured:`, error)
    }
    console.log(`  (load ${load.toFixed(1)} before, ${loadavg()[0]?.toFixed(1)} after)`)
  }
  console.log(`\n${summaryText(sections)}`)
  mkdirSync(path.dirname(values.json), { recursive: true })
  const machine = { cores: availableParallelism(), node: process.version }
  const report = { at: new Date().toISOString(), machine, failed, sections }
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
  console.log(`Figures as JSON: ${path.relative(process.cwd(), values.json)}`)
  return failed.length > 0 ? 1 : 0
}

process.exit(await main())
