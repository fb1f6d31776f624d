/**
 * Removes packages from the source maps of bundles. Node parses the whole map when it first reads an error's stack; for
 * a function with E2B's SDK that took half a second of its first call. Stack traces only need positions in Baton's own
 * code.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec'
import * as z from 'zod'

const sourceMap = z.looseObject({
  version: z.literal(3),
  sources: z.array(z.string()),
  names: z.array(z.string()).default([]),
  mappings: z.string(),
})

/** Rewrites a source map (ECMA-426) so that it only maps code outside `node_modules`. */
export function dropPackageMappings(file: string): void {
  const map = sourceMap.parse(JSON.parse(readFileSync(file, 'utf8')))
  const sources = map.sources.filter((source) => !source.includes('node_modules/'))
  const places = new Map(map.sources.map((source, i) => [i, sources.indexOf(source)]))
  const mappings = ownSegments(map.mappings, places)
  // Node does not use names. Without them a map is a third smaller.
  const own = { ...map, sources, names: [], mappings: encode(mappings) }
  writeFileSync(file, JSON.stringify(own))
}

/** Base64 digits by their character code. */
const DIGITS = new Uint8Array(128)
for (const [value, digit] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
].entries())
  DIGITS[digit.charCodeAt(0)] = value

const COMMA = 44

/**
 * Reads the segments of one line after the other. All of them as arrays at once, of which one in 20 is kept, took a second
 * of a synthesis.
 */
class Segments {
  /** Column, source, line and column in the source, name. Each is written as the difference to the one before. */
  readonly #fields = [0, 0, 0, 0, 0]
  #line = ''
  #next = 0

  startLine(line: string): void {
    this.#line = line
    this.#next = 0
    this.#fields[0] = 0
  }

  /** Returns the next segment, without its name, or undefined at the end of the line. `source` is -1 if it has none. */
  read() {
    if (this.#next >= this.#line.length) return undefined
    let count = 0
    for (; this.#next < this.#line.length; count++) {
      if (this.#line.charCodeAt(this.#next) === COMMA) break
      this.#fields[count] = (this.#fields[count] ?? 0) + this.#number()
    }
    this.#next++
    const [column = 0, source = 0, sourceLine = 0, sourceColumn = 0] = this.#fields
    return { column, source: count > 1 ? source : -1, sourceLine, sourceColumn }
  }

  /** A variable-length quantity: five bits in each digit, the lowest first; the first bit is the sign. */
  #number(): number {
    let value = 0
    for (let shift = 0; ; shift += 5) {
      const digit = DIGITS[this.#line.charCodeAt(this.#next++)] ?? 0
      value |= (digit & 31) << shift
      if (digit < 32) return value & 1 ? -(value >>> 1) : value >>> 1
    }
  }
}

/**
 * Returns the segments of own sources, by line. A segment extends to the next one, so the first segment of a package stays,
 * without a source, to end the previous one.
 */
function ownSegments(mappings: string, places: ReadonlyMap<number, number>): SourceMapSegment[][] {
  const segments = new Segments()
  return mappings.split(';').map((text) => {
    const kept: SourceMapSegment[] = []
    segments.startLine(text)
    for (let each = segments.read(); each; each = segments.read()) {
      const own = places.get(each.source) ?? -1
      if (own >= 0) kept.push([each.column, own, each.sourceLine, each.sourceColumn])
      else if (kept.at(-1)?.length !== 1) kept.push([each.column])
    }
    return kept
  })
}
