/**
 * Reads what a text asks a scripted worker to do: shell blocks, files to create, and marks that make it misbehave.
 */
import { readFileRequests } from './file-request.ts'
import { type Fenced, fence, splitFences } from './framing.ts'

export type Assignment =
  | { type: 'run'; shell: 'sh' | 'bash'; block: string }
  | { type: 'create'; sentence: string; path: string; text: string }

/** What a text asks for, and what of it was not understood, as parts of a sentence. */
export interface Understood {
  readonly assignments: Assignment[]
  readonly leftOut: readonly string[]
}

const MARK = /(?<![\w@])@(fail-once|hang|crash)(?![\w-])/g

/** By the first word of a block's info string, in lower case. People often leave it out. */
const SHELLS: Readonly<Record<string, 'sh' | 'bash'>> = {
  '': 'sh',
  sh: 'sh',
  shell: 'sh',
  bash: 'bash',
}

/** Courtesies and introductions, which ask for nothing. */
const EMPTY_WORDS =
  /^(?:(?:hi|hello|hey|please|thanks|thank you|cheers|regards|best|kind|many|do|run|this|these|it|and|then|also)\b[\s,.!]*)*$/i

/** Returns the assignments of a text: its shell blocks in order, then the files that it asks for. */
export function understand(text: string): Understood {
  const unix = text.replaceAll('\r\n', '\n')
  const { blocks, prose } = splitFences(unix)
  const [shells, others] = [blocks.filter(isShell), blocks.filter((block) => !isShell(block))]
  const { files, rest } = readFileRequests(prose.replace(MARK, ''))
  const lines = rest.split('\n').map((line) => line.trim())
  const unread = lines.filter((line) => !line.endsWith(':') && !EMPTY_WORDS.test(line))
  return {
    assignments: [
      ...shells.map(runOf),
      ...files.map((file) => ({ type: 'create' as const, ...file })),
    ],
    leftOut: [
      ...others.map(({ language }) => `a block in ${JSON.stringify(language)}`),
      ...(unread.length > 0 ? [`"${shortened(unread.join(' '))}"`] : []),
    ],
  }
}

export const readAssignments = (text: string): Assignment[] => understand(text).assignments

/** Returns the marks `@fail-once`, `@hang` and `@crash` in order of appearance, each once. */
export const readMarks = (text: string) => [...new Set(text.match(MARK))]

/** Returns the task that gives an assignment, with its marks, to a worker. */
export function taskFor(assignment: Assignment, marks: readonly string[]): string {
  const instruction =
    assignment.type === 'create'
      ? assignment.sentence
      : `Run this and report what it prints, word for word.\n\n${fence(assignment.block, assignment.shell)}`
  return [instruction, ...marks].join('\n\n')
}

const shellOf = ({ language }: Fenced) => SHELLS[language.toLowerCase()]

const isShell = (block: Fenced) => shellOf(block) !== undefined

const runOf = (block: Fenced): Assignment => ({
  type: 'run',
  shell: shellOf(block) ?? 'sh',
  block: block.content,
})

const LONGEST = 200

const shortened = (words: string) => {
  const characters = [...words]
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST).join('')} …` : words
}
