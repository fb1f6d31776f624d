/** Formats messages for a model: each under a header that names its source, with the content fenced as data. */

export interface Framed {
  /**
   * `USER`, `SMS`, `EMAIL`, `WORKER:w1`, `VERIFICATION:w1`, `ANSWER:q1`, `QUESTION:q1` or `SYSTEM`; for a worker `TASK`, `CRITERIA` or
   * `INSTRUCTIONS`; for a verifier `CRITERIA` and `CLAIMS`.
   */
  readonly header: string
  readonly text: string
}

/**
 * Returns a fence of at least `shortest` backticks that is longer than any run of them in `text`, so that no content can
 * close it.
 */
export function fenceFor(text: string, shortest = 4): string {
  let length = shortest
  for (const [run] of text.matchAll(/`+/g)) length = Math.max(length, run.length + 1)
  return '`'.repeat(length)
}

const frame = ({ header, text }: Framed) => {
  const fence = fenceFor(text)
  return `[${header}]\n${fence}\n${text}\n${fence}`
}

/** Builds a prompt. It starts with our introduction, because the CLI would read a leading `/` as a command. */
export const framePrompt = (introduction: string, messages: readonly Framed[]) =>
  [introduction, ...messages.map(frame)].join('\n\n')
