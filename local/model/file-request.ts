/** Reads the sentence that asks a scripted worker for files: "Create a file at PATH with the text TEXT". */

export interface FileRequest {
  /** Asks for this file alone, and is read as it was meant. */
  readonly sentence: string
  readonly path: string
  readonly text: string
}

const QUOTED = String.raw`"[^"\n]*"|'[^'\n]*'|\`[^\`\n]*\`|“[^”\n]*”|‘[^’\n]*’|«[^»\n]*»`
/** `at PATH with the text`; an article, "file" and a few more words may come before it. */
const PLACE = String.raw`at (?<path>${QUOTED}|[^\s,]+),? with the text `
const START = new RegExp(String.raw`\bCreate (?:a|an) (?<kind>(?:test )?file) ${PLACE}`, 'i')
/** The next file of the same sentence: "and one at …", ", another file at …". */
const NEXT = new RegExp(`^(?:,? and|[,;]) (?:[a-z]+ ){0,5}?${PLACE}`, 'i')
const QUOTED_TEXT = new RegExp(String.raw`^(?<text>${QUOTED})(?=[.,;!?]*(?:\s|$))`)

/**
 * Returns the files that a text asks for, and the rest of the text. A text without quotes ends with its sentence or line,
 * without a final full stop. Files whose text could be meant in two ways stay in the rest.
 */
export function readFileRequests(prose: string): { files: FileRequest[]; rest: string } {
  const found = START.exec(prose)
  if (!found?.groups) return { files: [], rest: prose }
  const { kind = 'file', path = '' } = found.groups
  const before = prose.slice(0, found.index)
  const read = readSentence(kind, path, prose.slice(found.index + found[0].length))
  const after = readFileRequests(read?.rest ?? prose.slice(found.index + found[0].length))
  if (read) return { files: [...read.files, ...after.files], rest: before + after.rest }
  return { files: after.files, rest: before + found[0] + after.rest }
}

/** Reads what follows the first place of a sentence. Returns undefined if the sentence is not clear. */
function readSentence(kind: string, path: string, following: string) {
  const files: FileRequest[] = []
  let place = path
  let left = following
  for (;;) {
    const { text, length } = readText(left)
    left = left.slice(length)
    if (text === undefined) return undefined
    files.push(requestOf(kind, unquote(place), text))
    const next = NEXT.exec(left)
    if (!next?.groups) return { files, rest: left.replace(/^[.!]/, '') }
    place = next.groups.path ?? ''
    left = left.slice(next[0].length)
  }
}

/** Returns the text at the start, and how much of the start it takes with its quotes. */
function readText(from: string): { text?: string; length: number } {
  const quoted = QUOTED_TEXT.exec(from)?.groups?.text
  if (quoted !== undefined) return { text: unquote(quoted), length: quoted.length }
  const line = from.split('\n', 1)[0] ?? ''
  const end = /(?<!\.)\.(?=\s*$|\s+\p{Lu})|[!?](?=\s+\p{Lu})/u.exec(line)
  const whole = end ? line.slice(0, end.index + (end[0] === '.' ? 0 : 1)) : line.trimEnd()
  const next = [...whole.matchAll(/,? and |[,;] /g)].find(({ index }) =>
    NEXT.test(from.slice(index)),
  )
  const text = next ? whole.slice(0, next.index) : whole
  // Another file without a text of its own, or in words that are not known.
  if (text.trim() === '' || /\bfiles? (?:at|called|named)\b/i.test(text)) return { length: 0 }
  return { text: text.trim(), length: text.length }
}

function requestOf(kind: string, path: string, text: string): FileRequest {
  const sentence = (place: string, content: string) =>
    `Create a ${kind} at ${place} with the text ${content}`
  const place = /[\s,"'`]/.test(path) ? quote(path) : path
  const plain = sentence(place, text)
  const { files, rest } = plainly(plain)
  const isClear = rest === '' && files.length === 1 && files[0] === text
  return { sentence: isClear ? plain : sentence(place, quote(text)), path, text }
}

/** Reads a sentence for one file without making another of it, which would never end. */
function plainly(sentence: string): { files: (string | undefined)[]; rest: string } {
  const found = START.exec(sentence)
  const following = sentence.slice((found?.index ?? 0) + (found?.[0].length ?? 0))
  const { text, length } = readText(following)
  return { files: [text], rest: following.slice(length) }
}

/** In the first kind of quotes that the words do not contain. */
const quote = (words: string) => {
  const [open = '"', close = '"'] = ['""', "''", '``', '“”', '«»'].find(
    ([one = '', two = '']) => !words.includes(one) && !words.includes(two),
  ) ?? ['"', '"']
  return `${open}${words}${close}`
}

const unquote = (words: string) =>
  new RegExp(`^(?:${QUOTED})$`).test(words) ? words.slice(1, -1) : words
