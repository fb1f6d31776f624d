/** Every environment variable that commands and `npm start` read is in the table of docs/operate.md, and nothing else is. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

/** The machine's own, and what the CDK's command line gives to its app. */
const NOT_FOR_OPERATORS = [
  ...['PATH', 'HOME', 'TMPDIR'],
  ...['CDK_OUTDIR', 'CDK_CONTEXT_JSON', 'CONTEXT_OVERFLOW_LOCATION_ENV'],
]

/** The ways in which the code names a variable. */
const READ = [
  /process\.env\.(\w+)/g,
  // `const { A, B = '' } = process.env`
  /const \{([^}]*)\} = process\.env\b/g,
  // Base URLs of providers, and the variables that may hold a secret.
  /baseUrl\('(\w+)'/g,
  /^ {4}variable: '(\w+)'/gm,
  // The settings of npm start.
  /^ {2}([A-Z][A-Z_0-9]+): (?:z\b|\w+\.optional)/gm,
]

const readIn = (source: string) =>
  READ.flatMap((pattern) => [...source.matchAll(pattern)]).flatMap(([, names = '']) =>
    [...names.replaceAll(/\/\/.*|'[^']*'/g, '').matchAll(/\b[A-Z][A-Z_0-9]+\b/g)].map(
      ([name]) => name,
    ),
  )

const sources = globSync(['cli/**/*.ts', 'bin/**/*.ts', 'local/**/*.ts', 'lib/settings/*.ts'], {
  cwd: root,
})
const used = new Set(sources.flatMap((file) => readIn(read(file))))

const section = /## Environment variables\n(?<text>[\s\S]*?)\n## /.exec(read('docs/operate.md'))
const rows = [...(section?.groups?.text ?? '').matchAll(/^\| (`[^|]*) \|/gm)]
const documented = rows.flatMap(([, cell = '']) => cell.replaceAll(/[`\s]/g, '').split(','))

test('every variable that is read is documented', () => {
  expect(used).toContain('BATON_SETTINGS')
  expect(used).toContain('TWILIO_API_URL')
  const missing = [...used].filter(
    (name) => !documented.includes(name) && !NOT_FOR_OPERATORS.includes(name),
  )
  expect(missing).toEqual([])
})

test('every variable that is documented is read, once', () => {
  expect(documented.filter((name) => !used.has(name))).toEqual([])
  expect(documented.toSorted()).toEqual([...new Set(documented)].sort())
})
