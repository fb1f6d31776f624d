/** The template of sandboxes, and the errors of `npm run template` before E2B has built anything. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { Template } from 'e2b'
import { expect, test } from 'vitest'
import * as z from 'zod'
import manifest from '../../package.json' with { type: 'json' }
import { sandboxTemplate } from '../../sandbox/template.ts'

const recipe = z.object({
  fromImage: z.string(),
  steps: z.array(z.object({ type: z.string(), args: z.array(z.string()) })),
})

const { fromImage, steps } = recipe.parse(
  JSON.parse(await Template.toJSON(sandboxTemplate('/runner'), false)),
)
const pinned = manifest.devDependencies['@anthropic-ai/claude-code']
const commands = steps.filter(({ type }) => type === 'RUN').map(({ args }) => args)

test('a sandbox has Node 24', () => {
  expect(fromImage).toMatch(/^node:24-/)
})

test('a sandbox has the tools that Claude Code and its commands expect', () => {
  const [install] = commands.find(([command]) => command?.includes('apt-get install')) ?? []
  for (const tool of ['ca-certificates', 'curl', 'git', 'python3', 'ripgrep'])
    expect(install?.split(' ')).toContain(tool)
})

test('a sandbox has the release of Claude Code that the tests run', () => {
  expect(pinned).toMatch(/^\d+\.\d+\.\d+$/)
  expect(commands).toContainEqual([`npm install -g @anthropic-ai/claude-code@${pinned}`, 'root'])
})

test('the build fails unless Claude Code runs and is that release', () => {
  const checks = commands.filter(([command]) => command?.startsWith('claude --version'))
  expect(checks).toEqual([[expect.stringContaining(`'${pinned}'`)]])
})

test('the runner is on the PATH, belongs to root, and everybody may run it', () => {
  expect(steps).toContainEqual({
    type: 'COPY',
    args: ['baton-runner', '/usr/local/bin/baton-runner', 'root', '0755'],
  })
})

test('commands in a sandbox run as an unprivileged user, in its home', () => {
  expect(steps.slice(-2)).toEqual([
    { type: 'USER', args: ['user'] },
    { type: 'WORKDIR', args: ['/home/user'] },
  ])
})

/** Runs `npm run template` with this environment and nothing else. */
async function buildTemplate(env: Record<string, string>) {
  const root = path.resolve(import.meta.dirname, '../..')
  const child = spawn(process.execPath, ['sandbox/build-template.ts'], { cwd: root, env })
  const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { stderr, exitCode }
}

/** A control plane that responds to every request in the same way, in E2B's format. */
async function withE2b<T>(code: number, message: string, use: (url: string) => Promise<T>) {
  const server = createServer((_, response) => {
    response.writeHead(code, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ code, message }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = z.object({ port: z.number() }).parse(server.address())
  try {
    return await use(`http://127.0.0.1:${port}`)
  } finally {
    server.close()
  }
}

test('without a key it says where to get one', async () => {
  const { stderr, exitCode } = await buildTemplate({})
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/E2B_API_KEY is not set: .*https:\/\/e2b\.dev/)
})

test.each([
  [401, 'Invalid API key', /^E2B refused the API key \(.*Invalid API key/],
  [500, 'out of order', /^The build failed: .*out of order/],
])('when E2B responds with %i it says so in one or two lines', async (code, message, said) => {
  const { stderr, exitCode } = await withE2b(code, message, (url) =>
    buildTemplate({ E2B_API_KEY: 'e2b_key', E2B_API_URL: url }),
  )
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(said)
  expect(stderr).not.toContain('e2b_key')
})
