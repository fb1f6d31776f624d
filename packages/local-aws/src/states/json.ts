/** JSON values, and Step Functions' limit on their size. */
import * as z from 'zod'

export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

/** Any JSON value, for reading what another process or an earlier run has written. */
export const json: z.ZodType<Json> = z.json()

/** Maximum bytes (UTF-8) of an input, an output or a task's result: 256 KiB. */
const PAYLOAD_LIMIT = 262_144

/** Whether a JSON text is larger than Step Functions allows. */
export const isTooLarge = (text: string): boolean =>
  text.length > PAYLOAD_LIMIT || Buffer.byteLength(text) > PAYLOAD_LIMIT

/** Returns the value of a JSON text, or undefined if it is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Step Functions' name for the type of a value; `array` and `null` are types of their own. */
export function typeName(value: Json): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
