/** Formats messages for a model: each under a header that names its source, with the content fenced as data. */

export interface Framed {
  /** `USER`, `SMS`, `EMAIL`, `WORKER:w1` or `SYSTEM`; for a worker `TASK`, `CRITERIA` or `INSTRUCTIONS`. */
  readonly header: string
  readonly text: string
}

/** Returns a fence longer than any run of backticks in `text`, so that no content can close it. */
function fenceFor(text: string): string {
  let longest = 3
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  return '`'.repeat(longest + 1)
}

const frame = ({ header, text }: Framed) => {
  const fence = fenceFor(text)
  return `[${header}]\n${fence}\n${text}\n${fence}`
}

/** Builds a prompt. It starts with our introduction, because the CLI would read a leading `/` as a command. */
export const framePrompt = (introduction: string, messages: readonly Framed[]) =>
  [introduction, ...messages.map(frame)].join('\n\n')
