/** The JSONata functions that Step Functions adds to JSONata 2.0.6. */
import { createHash, randomUUID } from 'node:crypto'
import jsonata, { type Expression } from 'jsonata'

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

function partition(items: readonly unknown[], size: number): unknown[][] {
  const length = Math.floor(size)
  if (!(length > 0)) throw new RangeError('$partition: the size must be a positive integer')
  return Array.from({ length: Math.ceil(items.length / length) }, (_, part) =>
    items.slice(part * length, (part + 1) * length),
  )
}

function range(from: number, to: number, step: number): number[] {
  const [start, end, delta] = [Math.floor(from), Math.floor(to), Math.floor(step)]
  if (delta === 0) throw new RangeError('$range: the step must not be 0')
  const length = Math.max(0, Math.floor((end - start) / delta) + 1)
  const numbers = Array.from({ length }, (_, index) => start + index * delta)
  // AWS evaluates `$range(1,9,9)` to 1: its result is a sequence, and a sequence of one element is that element.
  return Object.defineProperty(numbers, 'sequence', { value: true })
}

function hash(text: string, algorithm: string): string {
  const name = HASHES[algorithm]
  if (name === undefined) {
    throw new RangeError(`$hash: '${algorithm}' is none of ${Object.keys(HASHES).join(', ')}`)
  }
  return createHash(name).update(text).digest('hex')
}

/** Returns the same number for the same seed. AWS's algorithm is not published, so its numbers differ (assumed). */
function seeded(seed: number): number {
  return (
    createHash('sha256')
      .update(`${Math.floor(seed)}`)
      .digest()
      .readUIntBE(0, 6) /
    2 ** 48
  )
}

const fromMillis = jsonata('$fromMillis($ms, $picture, $timezone)')

/** Adds the six functions to an expression, removes `$eval`, and injects time and randomness. */
export function defineFunctions(
  expression: Expression,
  { random, now }: { random: () => number; now: () => number },
): void {
  expression.registerFunction('partition', partition, '<an:a>')
  expression.registerFunction('range', range, '<nnn:a>')
  expression.registerFunction('hash', hash, '<ss:s>')
  expression.registerFunction(
    'random',
    (seed?: number) => (seed === undefined ? random() : seeded(seed)),
    '<n?:n>',
  )
  expression.registerFunction('uuid', randomUUID, '<:s>')
  expression.registerFunction('parse', (text: string) => JSON.parse(text), '<s:x>')
  expression.registerFunction('millis', now, '<:n>')
  expression.registerFunction('now', (picture?: string, timezone?: string) =>
    fromMillis.evaluate(undefined, { ms: now(), picture, timezone }),
  )
  expression.assign('eval', undefined)
}
