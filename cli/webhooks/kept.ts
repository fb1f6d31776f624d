/** What providers' settings said before they were connected, so that they can be given back. */
import * as z from 'zod'
import { privateFile } from '../private-file.ts'
import type { Values } from './endpoint.ts'

const values = z.record(z.string(), z.string())

const kept = z.object({
  label: z.string(),
  /** Null if there was no such setting. */
  before: values.nullable(),
  connected: values,
  made: z.string().exactOptional(),
  /** ISO 8601. */
  at: z.string(),
})
export type Kept = z.infer<typeof kept>

/** By the deployment's ApiUrl, then by the endpoint's key. */
const file = privateFile(
  'webhooks.json',
  z.record(z.string(), z.record(z.string(), kept)),
  'Delete it; then what settings said before is only known to you.',
)

export const keptFile = file.path

export const keptFor = (apiUrl: string): Readonly<Record<string, Kept>> =>
  file.read()?.[apiUrl] ?? {}

/** Keeps what a setting says, before anything is changed. Returns a function that adds what came of it. */
export function keep(
  apiUrl: string,
  key: string,
  { label, before }: { readonly label: string; readonly before: Values | null },
) {
  const write = (connected: Values, made?: string) => {
    const all = file.read() ?? {}
    const entry: Kept = {
      label,
      before,
      connected,
      at: new Date().toISOString(),
      ...(made !== undefined && { made }),
    }
    file.write({ ...all, [apiUrl]: { ...all[apiUrl], [key]: entry } })
  }
  write({})
  return write
}

export function forget(apiUrl: string, key: string): void {
  const all = file.read() ?? {}
  const { [key]: _, ...others } = all[apiUrl] ?? {}
  file.write({ ...all, [apiUrl]: others })
}
