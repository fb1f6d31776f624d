/** The documents: every command is one that a test runs or that needs a real account, and every link leads somewhere. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }

const root = path.join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...globSync('docs/*.md', { cwd: root }),
  ...globSync('.claude/skills/*/SKILL.md', { cwd: root }),
].sort()

/** Needs an account of the operator's, at AWS or E2B, so no test can run it. */
const ACCOUNT = 'needs a real account'

/** How each command is known to work: by a test that runs it or what is behind it. The first pattern that matches counts. */
const COMMANDS: readonly (readonly [RegExp, string])[] = [
  [/^npm ci( && npm (start|test))?$/, 'test/fresh/checks.ts'],
  [/^npm start -- --once /, 'test/commands/start.test.ts'],
  [/^npm start -- (sms|email|outbox)\b/, 'test/unit/providers/person-cli.test.ts'],
  [/^(\w+='?[^ ]*'? )?npm start$/, 'test/commands/start.test.ts'],
  [/^npm run dev$/, 'test/commands/dev.test.ts'],
  [/^npm test$/, 'test/fresh/checks.ts'],
  [/^curl -s localhost:3000\/|^curl -s 'localhost:3000\//, 'test/flow/first-message.test.ts'],
  [/^AUTH=.*\.local\/token/, 'test/unit/start/local-token.test.ts'],
  [/^npx baton (deploy|update|destroy|template)\b/, 'test/commands/deploy.test.ts'],
  [/^npx baton (doctor|secrets)\b/, 'test/commands/doctor.test.ts'],
  [/^npx baton webhooks\b/, 'test/scenarios/webhooks.test.ts'],
  [/^npx baton (say|watch|questions|sessions|login|init)\b/, 'test/commands/baton.test.ts'],
  [/^npx baton trace\b/, 'test/commands/trace.test.ts'],
  [/^npx baton redrive\b/, 'test/commands/redrive.test.ts'],
  [/^npx baton dashboard upload$/, 'test/commands/dashboard-files.test.ts'],
  [/^npx baton (tokens|invite|dashboard)\b/, 'test/commands/tokens.test.ts'],
  [/^(\w+=\$\()?(printf %s "\$\w+" \| )?aws /, ACCOUNT],
  [/^export BATON_URL=/, 'test/commands/baton.test.ts'],
  [/^git pull$/, ACCOUNT],
]

/** Returns the commands of the shell blocks of a document: without comments, and several lines as one where they belong together. */
function commandsIn(text: string): string[] {
  const blocks = text.matchAll(/^(`{3,})sh\n(?<script>[\s\S]*?)^\1$/gm)
  return [...blocks].flatMap(({ groups }) => {
    const script = (groups?.script ?? '').replaceAll(/\\\n\s*/g, '')
    // A quoted text may extend over lines.
    const lines = script.match(/(?:'[^']*'|"[^"]*"|[^\n'"])+/g) ?? []
    return lines.map((line) => line.replace(/\s+#\s.*$/, '').trim()).filter(Boolean)
  })
}

const found = DOCUMENTS.flatMap((file) =>
  commandsIn(read(file)).map((command) => ({ file, command })),
)

test('there are commands in every document that shows some', () => {
  const shown = new Set(found.map(({ file }) => file))
  for (const file of ['README.md', 'docs/deploy.md', 'docs/operate.md'])
    expect(shown).toContain(file)
})

test('every command is run by a test, or needs a real account', () => {
  const unknown = found.filter(({ command }) => !COMMANDS.some(([known]) => known.test(command)))
  expect(unknown).toEqual([])
})

test('every test that is named here exists, and every pattern is still needed', () => {
  const files = COMMANDS.map(([, by]) => by).filter((by) => by !== ACCOUNT)
  expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([])
  const used = new Set(
    found.map(({ command }) => COMMANDS.find(([known]) => known.test(command))?.[0]),
  )
  expect(COMMANDS.map(([known]) => known).filter((known) => !used.has(known))).toEqual([])
})

test('every npm script that is named exists', () => {
  const named = DOCUMENTS.flatMap((file) =>
    [...read(file).matchAll(/\bnpm run ([a-z:-]+)/g)].map(([, script = '']) => script),
  )
  expect(named.filter((script) => !(script in packageJson.scripts))).toEqual([])
})

/** As GitHub makes anchors of headings. */
const anchorsOf = (file: string) =>
  [...read(file).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

test.each(DOCUMENTS)('every link in %s leads somewhere', (file) => {
  const text = read(file).replaceAll(/```[\s\S]*?```/g, '')
  const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, to = '']) => to)
  const broken = links.filter((to) => {
    const [target = '', anchor] = to.split('#', 2)
    const place = target === '' ? file : path.join(path.dirname(file), target)
    if (!existsSync(path.join(root, place))) return true
    return anchor !== undefined && place.endsWith('.md') && !anchorsOf(place).includes(anchor)
  })
  expect(broken).toEqual([])
})

test('tests that documents name exist', () => {
  const named = DOCUMENTS.flatMap((file) =>
    [...read(file).matchAll(/`((?:test|packages)\/[\w./-]+\.test\.ts)`/g)].map(([, name = '']) => ({
      file,
      name,
    })),
  )
  expect(named.filter(({ name }) => !existsSync(path.join(root, name)))).toEqual([])
})

test('operate.md says what to do at each alarm', () => {
  const alarms = [...read('lib/capabilities/alarms.ts').matchAll(/#alarm\('(\w+)'/g)].map(
    ([, name = '']) => name,
  )
  expect(alarms.length).toBeGreaterThan(10)
  const rows = [...read('docs/operate.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  expect(rows.filter((name) => name !== undefined && alarms.includes(name)).sort()).toEqual(
    alarms.sort(),
  )
})

test('a skill has the name of its folder and says when to use it', () => {
  for (const file of DOCUMENTS.filter((each) => each.endsWith('SKILL.md'))) {
    const [, front = ''] = /^---\n([\s\S]*?)\n---\n/.exec(read(file)) ?? []
    const fields = new Map(
      front.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]),
    )
    expect(fields.get('name')).toBe(path.basename(path.dirname(file)))
    expect(fields.get('name')).toMatch(/^[a-z0-9-]{1,64}$/)
    expect(fields.get('description')?.length).toBeGreaterThan(40)
    expect(fields.get('description')?.length).toBeLessThanOrEqual(1024)
  }
})
