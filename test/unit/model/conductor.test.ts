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

  test('who answers a question in own words is told so, and one who asks for work keeps it open', () => {
    const question = framed(
      '[ANSWER:q1]',
      "Question (ask): Blue?\nThe message below answers it in the person's own words. If it does not, keep the question open with KEEP_QUESTION.",
    )
    const keep = { type: 'KEEP_QUESTION', questionId: 'q1' }
    expect(conductorSays(asked(question, user('rather green')))).toEqual(
      turn('I have the answer to q1.'),
    )
    expect(conductorSays(asked(question, user(sh('true'))))).toEqual(
      turn(expect.any(String), keep, spawn(expect.stringContaining(sh('true')))),
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
    '```js\nno shell\n```',
  ])('who asks %j gets the capabilities of the scripted model', (question) => {
    const reply = expect.stringContaining('I am a scripted model, not Claude')
    expect(conductorSays(asked(user(question)))).toEqual(turn(reply))
  })

  test('who asks for more than is understood is told so', () => {
    const message = `${sh('true')}\nThen email it to Bob.`
    expect(conductorSays(asked(user(message)))).toEqual(
      turn(
        expect.stringMatching(/worker is on it[\s\S]*did not understand.*"Then email it to Bob\."/),
        spawn(expect.stringContaining(sh('true'))),
      ),
    )
  })

  test("by SMS or email is not told that Baton's own lines were left out", () => {
    const head =
      'From: ada@example.com\nSubject: Two things\nAttached: ~/attachments/a/b.txt (1 bytes)\n\n'
    const message = framed('[EMAIL]', `${head}${sh('true')}`)
    const reply = 'A worker is on it; I will report the result.'
    expect(conductorSays(asked(message))).toEqual(turn(reply, spawn(expect.any(String))))
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
        type: 'REVIEW_WORKER',
        workerId: 'w1',
        verdict: 'accept',
        criteria: [
          expect.objectContaining({ id: 'C1', status: 'met', excerpt: 'exit status 0' }),
          expect.objectContaining({ id: 'C2', status: 'met', excerpt: '42' }),
        ],
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
        type: 'REVIEW_WORKER',
        workerId: 'w1',
        verdict: 'revise',
        criteria: [expect.objectContaining({ id: 'C1', status: 'unmet' })],
        instructions: expect.stringContaining(wrong),
      }),
    )
  })

  test('that fails a second time is given up, and the person gets the reason', () => {
    const sentBack = turned({ type: 'REVIEW_WORKER', workerId: 'w1', verdict: 'revise' })
    expect(conductorSays(asked(bad), ...sentBack, asked(bad))).toEqual(
      turn(expect.stringContaining('exit status 3'), {
        type: 'REVIEW_WORKER',
        workerId: 'w1',
        verdict: 'give_up',
        criteria: [expect.objectContaining({ status: 'unmet', excerpt: 'exit status 3' })],
      }),
    )
  })

  test('of another worker is judged by its own history', () => {
    const sentBack = turned({ type: 'MESSAGE_WORKER', workerId: 'w2', instructions: 'again' })
    const [answer] = conductorSays(asked(bad), ...sentBack, asked(bad))
    expect(answer).toMatchObject({
      input: { commands: [{ type: 'REVIEW_WORKER', workerId: 'w1', verdict: 'revise' }] },
    })
  })

  test.each([
    { type: 'KILL_WORKER', workerId: 'w1', reason: 'x' },
    { type: 'REVIEW_WORKER', workerId: 'w1', verdict: 'accept' },
    { type: 'REVIEW_WORKER', workerId: 'w1', verdict: 'give_up' },
  ])('of a worker that was ended already is ignored: %j', (ended) => {
    expect(conductorSays(asked(good), ...turned(ended), asked(bad))).toEqual(turn(null))
  })

  describe('with an independent verification', () => {
    const verified = (status: string, exitStatus: number) =>
      report(
        `done\n\nexit status 0\n\n\`\`\`\n42\n\`\`\`\n\nClaims:\n- C1 met: x\n\nIndependent verification by w1v1, in a fresh sandbox. These are the verifier's findings, not the worker's:\n- C1 ${status}, although the worker claims met; Ran it; command: make; its exit status: ${exitStatus}; seen: "4\\"2"`,
      )

    test('gives the findings of the verifier', () => {
      expect(conductorSays(asked(verified('met', 0)))).toMatchObject([
        {
          input: {
            commands: [
              {
                verdict: 'accept',
                criteria: [
                  {
                    id: 'C1',
                    status: 'met',
                    procedure: 'Ran it',
                    command: 'make',
                    exitStatus: 0,
                    excerpt: '4"2',
                  },
                ],
              },
            ],
          },
        },
      ])
    })

    test('that contradicts it is not accepted, whatever the report shows', () => {
      const answer = conductorSays(asked(verified('unmet', 2)))
      expect(answer).toMatchObject([
        { input: { commands: [{ verdict: 'revise', criteria: [{ status: 'unmet' }] }] } },
      ])
      expect(JSON.stringify(answer)).toContain('the verifier found C1 unmet')
    })
  })
})

test('a mixture gets all its commands in order and one reply', () => {
  const prompt = [user(sh('echo 1')), report('timeout', 'w7'), good, framed('[SYSTEM]', 'noted')]
  expect(conductorSays(asked(...prompt))).toEqual(
    turn(
      expect.stringMatching(/worker is on it[\s\S]*w1 is done/),
      spawn(expect.stringContaining('echo 1')),
      expect.objectContaining({ type: 'REVIEW_WORKER', workerId: 'w7', verdict: 'revise' }),
      expect.objectContaining({ type: 'REVIEW_WORKER', workerId: 'w1', verdict: 'accept' }),
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
