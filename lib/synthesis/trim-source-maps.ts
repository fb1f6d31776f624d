/**
 * Removes packages from the source maps of bundles. Node parses the whole map when it first reads an error's stack; for
 * a function with E2B's SDK that took half a second of its first call. Stack traces only need positions in Baton's own
 * code.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec'
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
  const mappings = decode(map.mappings).map((line) => ownSegments(line, places))
  // Node does not use names. Without them a map is a third smaller.
  const own = { ...map, sources, names: [], mappings: encode(mappings) }
  writeFileSync(file, JSON.stringify(own))
}

/**
 * A segment extends to the next one, so the first segment of a package stays, without a source, to end the previous
 * one.
 */
function ownSegments(
  line: readonly SourceMapSegment[],
  places: ReadonlyMap<number, number>,
): SourceMapSegment[] {
  const kept: SourceMapSegment[] = []
  for (const segment of line) {
    const [column, source = -1, sourceLine = 0, sourceColumn = 0] = segment
    const own = places.get(source) ?? -1
    if (own >= 0) kept.push([column, own, sourceLine, sourceColumn])
    else if (kept.at(-1)?.length !== 1) kept.push([column])
  }
  return kept
}
