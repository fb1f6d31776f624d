/** How messages reach a model: each under a header that says where it is from, its content fenced as data. */

export interface Framed {
  /** `USER`, `SMS`, `EMAIL`, `WORKER:w1`, `SYSTEM`; for a worker `TASK`, `CRITERIA`, `INSTRUCTIONS`. */
  readonly header: string
  readonly text: string
}

/** A fence is longer than any run of backticks in what it holds, so that no content can end it. */
function fenceFor(text: string): string {
  let longest = 3
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  return '`'.repeat(longest + 1)
}

const frame = ({ header, text }: Framed) => {
  const fence = fenceFor(text)
  return `[${header}]\n${fence}\n${text}\n${fence}`
}

/** A prompt: an introduction of ours (so it never begins with `/`, which the CLI would read as a command), then the frames. */
export const framePrompt = (introduction: string, messages: readonly Framed[]) =>
  [introduction, ...messages.map(frame)].join('\n\n')
