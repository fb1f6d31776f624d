/** Parses the framed messages of a prompt and the fenced blocks of a markdown text, and writes fences. */

/** One message of a prompt: `kind` and `workerId` (of a question, its id) from its header line, the content unchanged. */
export type Frame = { kind: string; workerId?: string; content: string }

const HEADER =
  /^\[(?<kind>USER|SMS|EMAIL(?:, PERHAPS QUOTED)?|SYSTEM|TASK|CRITERIA|CLAIMS|INSTRUCTIONS|WORKER|VERIFICATION|ANSWER|QUESTION)(?::(?<workerId>[\w-]+))?\]/
/** The kind of a part of an email that may be somebody else's words. */
export const PERHAPS_QUOTED = 'EMAIL, PERHAPS QUOTED'
const FRAME_FENCE = /^`{4,}$/

/** Returns the messages of a prompt, in order. Text outside a frame, or in an unclosed frame, is not a message. */
export function readFrames(prompt: string): Frame[] {
  const frames: Frame[] = []
  const lines = prompt.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const header = HEADER.exec(lines[at] ?? '')
    const fence = lines[at + 1] ?? ''
    if (!header?.groups || !FRAME_FENCE.test(fence)) continue
    const end = lines.indexOf(fence, at + 2)
    if (end === -1) continue
    const { kind = '', workerId } = header.groups
    const content = lines.slice(at + 2, end).join('\n')
    frames.push({ kind, ...(workerId !== undefined && { workerId }), content })
    at = end
  }
  return frames
}

/** A fenced block of a markdown text: the first word of its info string, and its content. */
export type Fenced = { language: string; content: string }

/**
 * Splits a markdown text into its fenced blocks and the prose around them. A fence is three or more backticks or
 * tildes. It closes with at least as many, or at the end of the text
 * (https://spec.commonmark.org/0.31.2/#fenced-code-blocks).
 */
export function splitFences(text: string): { blocks: Fenced[]; prose: string } {
  const blocks: Fenced[] = []
  const prose: string[] = []
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const opening = /^ {0,3}(?<ticks>`{3,}|~{3,})\s*(?<language>[^\s`]*)[^`]*$/.exec(
      lines[at] ?? '',
    )
    if (!opening?.groups) {
      prose.push(lines[at] ?? '')
      continue
    }
    const { ticks = '', language = '' } = opening.groups
    const rest = lines.slice(at + 1)
    const length = rest.findIndex((line) => closes(line, ticks))
    const content = length === -1 ? rest : rest.slice(0, length)
    blocks.push({ language, content: content.join('\n') })
    at += content.length + 1
  }
  return { blocks, prose: prose.join('\n') }
}

const closes = (line: string, ticks: string) => {
  const closing = line.trim()
  return closing.startsWith(ticks) && /^(?:`+|~+)$/.test(closing)
}

/** Returns the content in a fence that nothing in it can close. */
export function fence(content: string, language = ''): string {
  const runs = content.match(/`+/g) ?? []
  const ticks = '`'.repeat(Math.max(3, ...runs.map(({ length }) => length + 1)))
  return [ticks + language, ...(content === '' ? [] : [content]), ticks].join('\n')
}
