/** `baton questions`, `answer`, `approve` and `deny`: what waits for a person. */
import { Command } from '@commander-js/extra-typings'
import { SCHEMAS, type ShapeOf } from '../../src/contract/api/index.ts'
import { APPROVALS } from '../../src/core/question.ts'
import { type Client, clientFor } from '../api.ts'
import { CliError } from '../errors.ts'
import { EXIT_HELP } from '../exit.ts'
import { sessionOrNone } from '../follow.ts'
import { jsonOption, minutesOption, urlOption, usage } from '../options.ts'
import { pages } from '../pages.ts'
import { note, print, printJson, printJsonLines } from '../print.ts'
import { watchSession } from '../watching.ts'

type Question = ShapeOf<'Question'>

async function allQuestions(client: Client): Promise<readonly Question[]> {
  const all: Question[] = []
  for await (const { questions } of pages(client, 'QuestionPage', '/api/questions'))
    all.push(...questions)
  return all
}

const HOW: Readonly<Record<Question['kind'], string>> = {
  ask: 'baton answer',
  decision: 'baton answer',
  approval: 'baton approve or baton deny',
}

function describe({ id, kind, text, choices, default: standard, to, expiresAt }: Question): string {
  return [
    `${id}: ${text}`,
    ...choices.map((choice, i) => `  ${i + 1}. ${choice}`),
    ...(to === null ? [] : [`  To: ${to}`]),
    `  ${HOW[kind]} ${id}; expires ${expiresAt}${standard === null ? '' : `, then: ${standard}`}`,
  ].join('\n')
}

export const questions = () =>
  new Command('questions')
    .summary('list what waits for a person, in all conversations')
    .addOption(jsonOption())
    .addOption(urlOption())
    .action(async ({ json = false, url }) => {
      const all = await allQuestions(clientFor(url))
      if (json) return printJsonLines(all)
      print(all.length === 0 ? 'Nothing waits for an answer.' : all.map(describe).join('\n\n'))
    })

/** Returns the open question with this id, or with this number if only one conversation has it. */
async function questionCalled(client: Client, name: string): Promise<Question> {
  const open = await allQuestions(client)
  const found = open.filter(({ id, number }) => id === name || number === name)
  const [only, ...others] = found
  if (only && others.length === 0) return only
  const ids = (only ? found : open).map(({ id }) => id).join(', ')
  if (only) throw usage(`Several questions are called ${name}: ${ids}.`, 'Give the whole id.')
  throw new CliError(`No question ${name} waits for an answer.`, {
    cure: ids === '' ? 'No other one does, either.' : `These do: ${ids}.`,
  })
}

interface Waiting {
  readonly wait: boolean
  readonly minutes: number
  readonly json?: boolean
}

/** Answers, and shows what follows. Sets the exit status. */
async function give(client: Client, { id, sessionId }: Question, answer: string, options: Waiting) {
  const { wait, minutes, json = false } = options
  const { lastSeq: after = 0 } = (await sessionOrNone(client, sessionId)) ?? {}
  const sent = await client.send(`/api/questions/${id}/answer`, { body: { answer } })
  if (!wait) return json ? printJson(sent) : print(`Answered ${id}.`)
  if (!json) note(`Answered ${id}; waiting …`)
  const { messageId } = SCHEMAS.Accepted.parse(sent)
  process.exitCode = await watchSession(client, sessionId, { after, messageId, minutes, json })
}

export const answer = () =>
  new Command('answer')
    .summary('answer a question, as the operator')
    .argument('<question>', 'its id, or its number if that is unique: q1')
    .argument('<answer...>', 'the number or the words of a choice, or your own words')
    .option('--no-wait', 'answer, and do not wait')
    .addOption(minutesOption())
    .addOption(jsonOption())
    .addOption(urlOption())
    .addHelpText(
      'after',
      `\nExamples:\n  $ baton answer q1 1\n  $ baton answer report.q2 light blue\n\n${EXIT_HELP}`,
    )
    .action(async (name, words, { url, ...options }) => {
      const client = clientFor(url)
      await give(client, await questionCalled(client, name), words.join(' '), options)
    })

const decide = (command: 'approve' | 'deny', choice: (typeof APPROVALS)[number], what: string) =>
  new Command(command)
    .summary(`${what} a message that waits for approval`)
    .argument('<question>', 'its id, or its number if that is unique: q1')
    .option('--no-wait', 'decide, and do not wait')
    .addOption(minutesOption())
    .addOption(jsonOption())
    .addOption(urlOption())
    .addHelpText('after', `\nExample:\n  $ baton ${command} q1\n\n${EXIT_HELP}`)
    .action(async (name, { url, ...options }) => {
      const client = clientFor(url)
      const question = await questionCalled(client, name)
      if (question.kind !== 'approval')
        throw new CliError(`${question.id} is not about a message that waits for approval.`, {
          cure: `Answer it: baton answer ${question.id} <answer>`,
        })
      await give(client, question, choice, options)
    })

const [YES, NO] = APPROVALS

export const approve = () => decide('approve', YES, 'send')
export const deny = () => decide('deny', NO, 'do not send')
