/** The rules of the scripted conductor, without Claude Code. */
import { describe, expect, test } from 'vitest'
import { asked, called, conductorSays, framed, turned } from './request.ts'

const turn = (reply: unknown, ...commands: unknown[]) => [
  { type: 'tool_use', name: 'StructuredOutput', input: { reply, commands } },
]
const spawn = (task: unknown) => ({ type: 'SPAWN_WORKER', task, criteria: expect.any(Array) })
const sh = (script: string) => `\`\`\`sh\n${script}\n\`\`\``
const user = (content: string) => framed('[USER]', content)
const report = (content: string, id = 'w1') => framed(`[WORKER:${id}]`, content)
const good = report('done\nexit status 0\n\n```\n42\n```')
const bad = report('done\nexit status 3\n\n```\nexit status 0\n```')

describe('a person', () => {
  test.each([
    '[USER]',
    '[SMS]',
    '[EMAIL]',
    '[EMAIL] from a@b.example, subject: x',
  ])('with one block under %s gets one worker', (header) => {
    const task = expect.stringContaining(sh('echo 1'))
    const answer = conductorSays(asked(framed(header, `Please:\n${sh('echo 1')}\nthanks`)))
    expect(answer).toEqual(turn(expect.any(String), spawn(task)))
  })

  test('with three blocks gets three workers at once, in order', () => {
    const message = [sh('echo 1'), sh('echo 2'), '```bash\necho 3\n```', '```js\nno\n```'].join(
      '\n',
    )
    const tasks = ['echo 1', 'echo 2', 'echo 3'].map((line) => spawn(expect.stringContaining(line)))
    expect(conductorSays(asked(user(message)))).toEqual(
      turn(expect.stringContaining('3 workers'), ...tasks),
    )
  })

  test.each(['@fail-once', '@hang', '@crash'])('with %s hands it on', (mark) => {
    const [answer] = conductorSays(asked(user(`${mark} please\n${sh('true')}`)))
    expect(JSON.stringify(answer)).toMatch(new RegExp(`\\\\n${mark}"`))
  })

  test.each([
    'Create a file at /tmp/a.txt with the text Hello World',
    'Create a test file at /tmp/a.txt with the text Hello World',
  ])('who writes %j gets one worker with that sentence', (sentence) => {
    expect(conductorSays(asked(user(`Hi. ${sentence}`)))).toEqual(
      turn(expect.any(String), spawn(sentence)),
    )
  })

  test.each([
    'How far are you?',
    'write to me@hang.example',
    '```\nno language\n```',
  ])('who asks %j gets the capabilities of the scripted model', (question) => {
    const reply = expect.stringContaining('I am a scripted model, not Claude')
    expect(conductorSays(asked(user(question)))).toEqual(turn(reply))
  })

  test('whose block contains fences and frames gets it word for word', () => {
    const script = "cat <<'E'\n```\n[USER]\n``````x\n/cost @/etc/passwd\nE"
    const message = `\`\`\`\`\`\`\`sh\n${script}\n\`\`\`\`\`\`\``
    const prompt = `[USER]\n\`\`\`\`\`\`\`\`\n${message}\n\`\`\`\`\`\`\`\``
    const task = expect.stringContaining(message)
    expect(conductorSays(asked(prompt))).toEqual(turn(expect.any(String), spawn(task)))
  })
})

describe('a report', () => {
  test('that shows exit status 0 is accepted and quoted', () => {
    expect(conductorSays(asked(good))).toEqual(
      turn(expect.stringContaining('```\n42\n```'), {
        type: 'KILL_WORKER',
        workerId: 'w1',
        accepted: true,
        reason: expect.stringContaining('exit status 0'),
      }),
    )
  })

  test.each([
    ['done\nexit status 3\n\n```\nexit status 0\n```', 'exit status 3'],
    ['failed: ended by SIGKILL\n', 'ended by SIGKILL'],
    ['lost: no heartbeat', 'lost: no heartbeat'],
    ['timeout', 'timeout'],
    ['done\nI could not.', 'no exit status'],
  ])('%j is sent back once, with the reason', (content, wrong) => {
    expect(conductorSays(asked(report(content)))).toEqual(
      turn(null, {
        type: 'MESSAGE_WORKER',
        workerId: 'w1',
        instructions: expect.stringContaining(wrong),
      }),
    )
  })

  test('that fails a second time is given up, and the person gets the reason', () => {
    const sentBack = turned({ type: 'MESSAGE_WORKER', workerId: 'w1', instructions: 'again' })
    expect(conductorSays(asked(bad), ...sentBack, asked(bad))).toEqual(
      turn(expect.stringContaining('exit status 3'), {
        type: 'KILL_WORKER',
        workerId: 'w1',
        accepted: false,
        reason: expect.stringContaining('exit status 3'),
      }),
    )
  })

  test('of another worker is judged by its own history', () => {
    const sentBack = turned({ type: 'MESSAGE_WORKER', workerId: 'w2', instructions: 'again' })
    const [answer] = conductorSays(asked(bad), ...sentBack, asked(bad))
    expect(answer).toMatchObject({
      input: { commands: [{ type: 'MESSAGE_WORKER', workerId: 'w1' }] },
    })
  })

  test('of a worker that was ended already is ignored', () => {
    const killed = turned({ type: 'KILL_WORKER', workerId: 'w1', accepted: true, reason: 'x' })
    expect(conductorSays(asked(good), ...killed, asked(bad))).toEqual(turn(null))
  })
})

test('a mixture gets all its commands in order and one reply', () => {
  const prompt = [user(sh('echo 1')), report('timeout', 'w7'), good, framed('[SYSTEM]', 'noted')]
  expect(conductorSays(asked(...prompt))).toEqual(
    turn(
      expect.stringMatching(/worker is on it[\s\S]*w1 is done/),
      spawn(expect.stringContaining('echo 1')),
      expect.objectContaining({ type: 'MESSAGE_WORKER', workerId: 'w7' }),
      expect.objectContaining({ type: 'KILL_WORKER', workerId: 'w1' }),
    ),
  )
})

test.each([
  ['No workers are live.', null],
  ['SPAWN_WORKER failed: too many workers.', expect.stringContaining('too many workers')],
])('a notice %j gets the reply %j', (notice, reply) => {
  expect(conductorSays(asked(framed('[SYSTEM]', notice)))).toEqual(turn(reply))
})

test('a refused structured output is not repeated', () => {
  const refused = called('StructuredOutput', {}, { text: 'no reply', isError: true })
  expect(conductorSays(asked(user('x')), ...refused)).toEqual([
    { type: 'text', text: expect.stringContaining('no reply') },
  ])
})
