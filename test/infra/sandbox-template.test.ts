/** The template of sandboxes, and the errors of `npm run template` before E2B has built anything. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { Template } from 'e2b'
import { expect, test } from 'vitest'
import * as z from 'zod'
import manifest from '../../package.json' with { type: 'json' }
import { sandboxTemplate } from '../../sandbox/template.ts'
import { PROGRAMS } from '../../src/contract/sandbox-programs.ts'
import { workerPrompt } from '../../src/core/prompts/worker.ts'

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

test('a sandbox has what Claude Code and its commands expect: a browser, build tools, gh, jq', () => {
  const [install] = commands.find(([command]) => command?.includes('apt-get install')) ?? []
  for (const tool of ['ca-certificates', 'chromium', 'build-essential', 'gh', 'jq', 'ripgrep'])
    expect(install?.split(' ')).toContain(tool)
})

const shell = (command: string) => spawnSync('sh', ['-c', command], { encoding: 'utf8' })

test('the build names every promised program that is missing, and fails', () => {
  const [check = ''] = commands.find(([command]) => command?.startsWith('for name in')) ?? []
  expect(shell(check.replace(/ in .*?;/, ' in sh cat;')).status).toBe(0)
  expect(shell(check.replace(/ in .*?;/, ' in sh no-such-1 cat no-such-2;'))).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('missing: no-such-1 no-such-2'),
  })
  for (const program of PROGRAMS) expect(check).toContain(` ${program}`)
})

test('the build fails unless the browser shows a page', () => {
  const checks = commands.filter(([command]) => command?.startsWith('chromium --headless'))
  expect(checks).toEqual([[expect.stringMatching(/grep --fixed-strings ready$/)]])
})

test('sudo keeps the markers of a job', () => {
  const [write = ''] = commands.find(([command]) => command?.includes('/etc/sudoers.d/')) ?? []
  expect(shell(write.split(' > ')[0] ?? '').stdout).toBe(
    'Defaults env_keep += "BATON_JOB BATON_SANDBOX E2B_SANDBOX_ID"\n',
  )
  expect(commands).toContainEqual(['visudo --check --quiet', 'root'])
})

test('workers are told what is in their sandbox', () => {
  for (const program of PROGRAMS) expect(workerPrompt).toContain(program)
})

test('a sandbox has the release of Claude Code that the tests run', () => {
  expect(pinned).toMatch(/^\d+\.\d+\.\d+$/)
  const cli = '@anthropic-ai/claude-code'
  // npm 12 runs no install script that is not allowed by name.
  expect(commands).toContainEqual([
    `npm install --global --allow-scripts=${cli} ${cli}@${pinned}`,
    'root',
  ])
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
  const last = (type: string) => steps.findLast((step) => step.type === type)?.args
  expect([last('USER'), last('WORKDIR')]).toEqual([['user'], ['/home/user']])
})

/** Runs `npm run template` with this environment and nothing else. */
async function buildTemplate(env: Record<string, string>, args: readonly string[] = []) {
  const root = path.resolve(import.meta.dirname, '../..')
  const words = ['bin/baton.ts', 'template', 'build', ...args]
  const child = spawn(process.execPath, words, { cwd: root, env: { BATON_SETTINGS: '', ...env } })
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
  [401, 'Invalid API key', /^E2B refused the API key \(.*Invalid API key/m],
  [500, 'out of order', /^The build failed: .*out of order/m],
])('when E2B responds with %i its last lines say so', async (code, message, said) => {
  const { stderr, exitCode } = await withE2b(code, message, (url) =>
    buildTemplate({ E2B_API_KEY: 'e2b_key', E2B_API_URL: url }),
  )
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(said)
  expect(stderr).not.toContain('e2b_key')
})

/** Returns whether E2B is asked to build all layers anew. This control plane knows every file, and refuses the build. */
async function isForced(args: readonly string[]): Promise<boolean> {
  const build = Promise.withResolvers<unknown>()
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const [status, value] = request.url?.includes('/files/')
      ? [201, { present: true }]
      : request.url === '/v3/templates'
        ? [202, { templateID: 't', buildID: 'b', names: [], tags: [], aliases: [], public: false }]
        : [500, { code: 500, message: 'no' }]
    if (request.url?.endsWith('/builds/b')) build.resolve(JSON.parse(body))
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = z.object({ port: z.number() }).parse(server.address())
  const env = {
    E2B_API_KEY: 'k',
    E2B_API_URL: `http://127.0.0.1:${port}`,
    PATH: process.env.PATH ?? '',
  }
  const { stderr } = await buildTemplate(env, args)
  server.close()
  build.reject(new Error(`E2B was not asked to build: ${stderr}`))
  return z.object({ force: z.boolean().default(false) }).parse(await build.promise).force
}

test.each([
  [[], false],
  [['another-name', '--fresh'], true],
])('with --fresh it builds on the current base image: %j', async (args, forced) => {
  expect(await isForced(args)).toBe(forced)
})

test('an unknown option is refused', async () => {
  expect((await buildTemplate({ E2B_API_KEY: 'k' }, ['--freshly'])).stderr).toContain("'--freshly'")
})
