/** Reads what Baton's functions log as JSON. */
import type { TestBaton } from './baton.ts'

type Line = Readonly<Record<string, unknown>>

const lines = ({ log }: TestBaton): readonly Line[] =>
  log.flatMap((text): Line[] => {
    const json = /^\[[^\]]+\] (\{.*\})$/.exec(text)?.[1]
    return json === undefined ? [] : [JSON.parse(json)]
  })

/** Returns the lines about events. */
export const written = (baton: TestBaton) => lines(baton).filter((line) => !('_aws' in line))

/** Returns every published value of a metric, as CloudWatch extracts it from the log. */
export const published = (baton: TestBaton, metric: string) =>
  lines(baton).flatMap((line) => ('_aws' in line && metric in line ? [line[metric]] : []))
