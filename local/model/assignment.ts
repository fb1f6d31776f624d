/**
 * Reads what a text asks a scripted worker to do: shell blocks, a file to create, and marks that make it
 * misbehave.
 */
import { fence, splitFences } from './framing.ts'

export type Assignment =
  | { type: 'run'; shell: 'sh' | 'bash'; block: string }
  | { type: 'create'; sentence: string; path: string; text: string }

const MARK = /(?<![\w@])@(fail-once|hang|crash)(?![\w-])/g
const CREATE_FILE =
  /\bCreate a (?:test )?file at (?<path>"[^"]+"|'[^']+'|`[^`]+`|\S+) with the text (?<text>[^\n]+)/i

/**
 * Returns every assignment in a text: its fenced `sh` and `bash` blocks in order, then the sentence that asks for
 * a file.
 */
export function readAssignments(text: string): Assignment[] {
  const { blocks, prose } = splitFences(text)
  const runs = blocks.flatMap(({ language, content }): Assignment[] =>
    language === 'sh' || language === 'bash'
      ? [{ type: 'run', shell: language, block: content }]
      : [],
  )
  const create = CREATE_FILE.exec(prose)
  if (!create?.groups) return runs
  const { path = '', text: content = '' } = create.groups
  const sentence = create[0].trim()
  return [
    ...runs,
    {
      type: 'create',
      sentence,
      path: unquote(path),
      text: unquote(content.replace(MARK, '').trim()),
    },
  ]
}

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

const unquote = (quoted: string) => /^(["'`])(.*)\1\.?$/.exec(quoted)?.[2] ?? quoted
