/** Builds the prompts that start a conductor's turn and a worker's leg. */
import { partsOf } from '../channels/email/perhaps-quoted.ts'
import type { Claim } from '../contract/review.ts'
import { criteriaText } from './criteria.ts'
import { type Framed, framePrompt } from './framing.ts'
import { type Body, headerOf, type PersonBody, shownText, withHead } from './message.ts'
import { TO_CHECK } from './prompts/verifier.ts'
import type { QuestionBeside } from './question.ts'
import type { AskAgain } from './session.ts'
import { verificationText } from './verification-text.ts'
import { type Leg, rememberedLeg, type Worker } from './worker.ts'

const ASK_AGAIN: Record<AskAgain, string> = {
  structure:
    'You were asked this before and gave no structured output. Answer now with the structured output: a reply, commands, or both.',
  criteria:
    'You were asked this before, and a SPAWN_WORKER had no criteria. Nothing was done. Answer again, with criteria that say how you will judge the work, each a sentence that can be checked.',
  verdict:
    'You were asked this before, and Baton did not accept your verdict. Nothing was done. Answer again with a verdict that holds; otherwise the work is handed to the person as not verified. What was wrong:',
  silence:
    'You were asked this before and gave neither a reply nor a command. A person is waiting. Answer now, even if only to say what you need.',
}

/** The conductor gets the attachments again, and the reports and artifacts that its messages bring. */
const CONDUCTOR_FILES_LOST =
  'Your sandbox was lost and replaced by a new one. The files in it are gone, also those of earlier reports under ~/workers. Attachments are there again, and what workers handed over can still be delivered. If a person counted on a lost file, say so.'

const FORGOTTEN =
  'You do not remember the part of this conversation under [HISTORY]. It is over: commands in it were given, replies in it were sent. Say where it matters that you do not remember it yourself.'

interface TurnContext {
  readonly again?: AskAgain | undefined
  /** What was wrong with its verdicts. */
  readonly problems?: readonly string[] | undefined
  /** The conductor is in a new sandbox. */
  readonly filesLost?: boolean | undefined
  /** The part of the history that the conductor does not remember. */
  readonly forgotten?: string | undefined
  /** For each message the questions beside it. */
  readonly questions?: readonly (readonly QuestionBeside[])[]
}

/** Builds a turn's prompt from its messages, oldest first. */
export function turnPrompt(
  messages: readonly Body[],
  { again, problems = [], filesLost, forgotten, questions = [] }: TurnContext = {},
): string {
  const introduction = [
    'These messages are new, oldest first. The header says where each message comes from; its content stands between the fences.',
    ...(filesLost ? [CONDUCTOR_FILES_LOST] : []),
    ...(again ? [ASK_AGAIN[again]] : []),
    ...problems.map((problem) => `- ${problem}`),
    ...(forgotten === undefined ? [] : [FORGOTTEN]),
  ]
  return framePrompt(introduction.join('\n'), [
    ...(forgotten === undefined ? [] : [{ header: 'HISTORY', text: forgotten }]),
    ...messages.flatMap((message, i) => [
      ...(questions[i] ?? []).map(questionFrame),
      ...framesOf(message),
    ]),
  ])
}

const HOW: Record<QuestionBeside['how'], string> = {
  choice: 'The person has chosen',
  words:
    "The message below answers it in the person's own words. If it does not, keep the question open with KEEP_QUESTION.",
  default: 'Nobody answered in time. The default counts',
  open: 'It stays open: the message below does not answer it with a choice.',
}

/** Frames a question with its answer above the message that brings it. */
function questionFrame({ id, kind, text, choices, how, choice, done }: QuestionBeside): Framed {
  const lines = [
    `Question (${kind}): ${text}`,
    ...(choices.length > 0 ? [`Choices: ${choices.join(' / ')}`] : []),
    choice === undefined ? HOW[how] : `${HOW[how]}: ${choice}`,
    ...(done === undefined ? [] : [done]),
  ]
  return { header: `${how === 'open' ? 'QUESTION' : 'ANSWER'}:${id}`, text: lines.join('\n') }
}

/** Returns the text without what looks quoted in an email. */
export const ownText = (message: PersonBody): string =>
  message.channel === 'email'
    ? partsOf(message.text)
        .flatMap(({ text, perhapsQuoted }) => (perhapsQuoted ? [] : [text]))
        .join('\n\n')
    : message.text

/** Returns the person's own words if they come first. Below a quote, a line may be the end of a long quoted one. */
export const answeringText = (message: PersonBody): string =>
  message.channel === 'email' && partsOf(message.text)[0]?.perhapsQuoted ? '' : ownText(message)

/** A verification is Baton's own: in the worker's frame, a worker could write one itself. */
function workerFrames(message: Extract<Body, { from: 'worker' }>): readonly Framed[] {
  const { text, verification, claims, workerId } = message
  const header = headerOf(message)
  if (!verification) return [{ header, text }]
  const found = verificationText(verification, claims)
  const own = text.endsWith(found) ? text.slice(0, -found.length).trimEnd() : text
  return [
    { header, text: own },
    { header: `VERIFICATION:${workerId}`, text: found },
  ]
}

/** Frames what looks quoted in an email apart, because only a header says who speaks. */
function framesOf(message: Body): readonly Framed[] {
  if (message.from === 'worker') return workerFrames(message)
  const header = headerOf(message)
  const whole = { header, text: shownText(message) }
  if (message.from !== 'person' || message.channel !== 'email') return [whole]
  const parts = partsOf(message.text)
  if (!parts.some(({ perhapsQuoted }) => perhapsQuoted)) return [whole]
  const [first] = parts
  const begins = first?.perhapsQuoted ? [{ text: '', perhapsQuoted: false }, ...parts] : parts
  return begins.map(({ text, perhapsQuoted }, index) => ({
    header: perhapsQuoted ? `${header}, PERHAPS QUOTED` : header,
    text: index === 0 ? withHead(message, text) : text,
  }))
}

const WORKER_FILES_LOST =
  'Your earlier sandbox was lost and you are in a new one. Its files are gone, also installed programs and running processes; only what you handed over from ~/artifacts reached the conductor. Check what is there before you rely on it, do again what you need, and say in your report what is lost.'

/**
 * Builds a leg's prompt: the task and criteria first, only the instructions later, and all criteria if they have changed.
 * A worker that does not remember its earlier legs gets their instructions too, and the task if it remembers nothing. `memoryLost` says that its transcript no
 * longer exists.
 */
export function legPrompt(
  worker: Worker,
  { n, instructions }: Leg,
  { memoryLost = false } = {},
): string {
  if (instructions === undefined)
    return framePrompt('This is your task from the conductor.', taskFrames(worker))
  const remembered = memoryLost ? 0 : rememberedLeg(worker)
  const forgotten = worker.legs
    .filter((leg) => leg.n > remembered && leg.n < n)
    .flatMap(({ instructions: text }) => (text === undefined ? [] : [asInstructions(text)]))
  const changed = (worker.criteriaChanges ?? []).some(({ leg }) => leg > remembered && leg <= n)
  const last = [...(changed ? criteriaFrames(worker) : []), asInstructions(instructions)]
  const introduce = (introduction: string) =>
    worker.filesLost ? `${introduction}\n${WORKER_FILES_LOST}` : introduction
  if (remembered === 0)
    return framePrompt(introduce(`This is your task from the conductor. ${UNREMEMBERED}`), [
      ...taskFrames(worker),
      ...forgotten,
      asInstructions(instructions),
    ])
  return forgotten.length === 0
    ? framePrompt(
        introduce(
          `The conductor has read your report and has further instructions.${changed ? CHANGED : ''}`,
        ),
        last,
      )
    : framePrompt(introduce(`The conductor has further instructions. ${UNREMEMBERED}`), [
        ...forgotten,
        ...last,
      ])
}

/** Adds what is true of this deployment to a system prompt, whose text is the same everywhere. */
export function withNotes(prompt: string, notes: readonly (string | undefined)[]): string {
  const lines = notes.filter((note) => note !== undefined)
  return lines.length === 0 ? prompt : [prompt, ...lines.map((line) => `- ${line}\n`)].join('')
}

const CHANGED = ' The criteria have changed; these are all of them.'
/** Builds a verifier's prompt. Of the work it has the criteria and the claims, and nothing that the author wrote freely. */
export const verifierPromptFor = (
  worker: Pick<Worker, 'criteria'>,
  claims: readonly Claim[],
  artifacts: readonly string[],
): string =>
  framePrompt(
    [
      'Verify each criterion.',
      artifacts.length > 0
        ? `Under ~/${TO_CHECK}/ are: ${artifacts.map((name) => JSON.stringify(name)).join(', ')}.`
        : 'No files were handed over.',
    ].join('\n'),
    [
      { header: 'CRITERIA', text: criteriaText(worker) },
      { header: 'CLAIMS', text: claims.length > 0 ? JSON.stringify(claims, null, 1) : 'none' },
    ],
  )

const UNREMEMBERED =
  'You have worked on this before, but you do not remember it. Look at what is in your home folder, and say in your report that you did not remember. The latest instructions come last.'

const asInstructions = (text: string): Framed => ({ header: 'INSTRUCTIONS', text })

const taskFrames = (worker: Worker): Framed[] => [
  { header: 'TASK', text: worker.task },
  ...criteriaFrames(worker),
]

const criteriaFrames = (worker: Worker): Framed[] =>
  worker.criteria.length > 0 ? [{ header: 'CRITERIA', text: criteriaText(worker) }] : []
