/** What functions of ours write to the log as JSON. */
import type { TestBaton } from './baton.ts'

type Line = Readonly<Record<string, unknown>>

const lines = ({ log }: TestBaton): readonly Line[] =>
  log.flatMap((text): Line[] => {
    const json = /^\[[^\]]+\] (\{.*\})$/.exec(text)?.[1]
    return json === undefined ? [] : [JSON.parse(json)]
  })

/** The lines about what happens. */
export const written = (baton: TestBaton) => lines(baton).filter((line) => !('_aws' in line))

/** Every value that was published of a metric, as CloudWatch reads it from the lines for it. */
export const published = (baton: TestBaton, metric: string) =>
  lines(baton).flatMap((line) => ('_aws' in line && metric in line ? [line[metric]] : []))
