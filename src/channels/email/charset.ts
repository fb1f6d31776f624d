/** Finds the charset of an email's text, which a label may get wrong or name in its own way. */
import { decodeWords } from 'postal-mime'
import { fromSingleBytes, fromUtf7, isUtf7 } from './rare-charsets.ts'

interface Encoded {
  readonly bytes: Buffer
  /** A label that postal-mime knows. It falls back to windows-1252. */
  readonly label: string
}

/** Encodings with several bytes a character. Some of their texts are also valid UTF-8. */
const SEVERAL_BYTES = /^(?:shift_jis|euc-jp|euc-kr|gbk|gb18030|big5|iso-2022-jp|utf-16\w*)$/
const OTHER_NAMES =
  /shift|sjis|euc|gb|big5|korean|ks_?c|2022|utf-?16|(?:cp|ms|windows-?)(?:932|936|949|950)/

/**
 * Returns the text of `bytes`. Valid UTF-8 is read as UTF-8 if the label names no charset, or one with single bytes, in
 * which it would make no sense.
 */
export function decode(bytes: Buffer, label: string | undefined): string {
  const encoded = corrected(bytes, label)
  // An encoded word (RFC 2047) is the way to postal-mime's decoders.
  return decodeWords(`=?${encoded.label}?B?${encoded.bytes.toString('base64')}?=`)
}

/** Returns bytes with a label that says what they are. */
export function corrected(bytes: Buffer, label = ''): Encoded {
  const plain = label.toLowerCase().replaceAll(/[^a-z0-9._:+-]/g, '')
  if (isKorean(plain)) return { bytes: eightBit(bytes), label: 'euc-kr' }
  if (isUtf7(plain) && isAscii(bytes)) return inUtf8(fromUtf7(bytes.toString()))
  if (!hasSeveralBytes(plain) && isUtf8(bytes)) return { bytes, label: 'utf-8' }
  const text = isKnown(plain) ? undefined : fromSingleBytes(bytes, plain)
  return text === undefined ? { bytes, label: plain || 'windows-1252' } : inUtf8(text)
}

/** Returns a header's value with its encoded words (RFC 2047) decoded. */
export const decodeHeader = (value: string): string => decodeWords(inKnownCharsets(value))

/** The charset may have a language (RFC 2231). */
const ENCODED_WORD = /=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bq])\?([^?\s]*)\?=/gi

/** Returns a header's value with the encoded words that postal-mime cannot decode replaced by others. */
export const inKnownCharsets = (value: string): string =>
  value.replaceAll(ENCODED_WORD, (word, label: string, kind: string, text: string) => {
    if (isKnown(label)) return word
    const encoded = corrected(bytesOf(kind, text), label)
    return `=?${encoded.label}?B?${encoded.bytes.toString('base64')}?=`
  })

const bytesOf = (kind: string, text: string): Buffer =>
  kind.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : Buffer.from(unquoted(text), 'latin1')

const unquoted = (text: string): string =>
  text
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))

const inUtf8 = (text: string): Encoded => ({ bytes: Buffer.from(text), label: 'utf-8' })

const isAscii = (bytes: Buffer) => bytes.every((byte) => byte < 0x80)

/** Whether postal-mime can decode it. */
const isKnown = (label: string): boolean =>
  encodingOf(label) !== undefined || OTHER_NAMES.test(label.toLowerCase())

const isKorean = (label: string) => /^(?:cs)?iso-?2022-?kr$/.test(label)

const hasSeveralBytes = (label: string): boolean =>
  (encodingOf(label) === undefined ? OTHER_NAMES : SEVERAL_BYTES).test(encodingOf(label) ?? label)

/** Returns the name of the encoding, or undefined if the platform does not know the label. */
function encodingOf(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined
  }
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

const [SHIFT_OUT, SHIFT_IN] = [0x0e, 0x0f]
const HEADER = Buffer.from('\x1b$)C')

/** Returns ISO-2022-KR (RFC 1557), which no decoder here knows, as EUC-KR: the same characters with the high bit. */
function eightBit(bytes: Buffer): Buffer {
  let isShifted = false
  const body = Buffer.from(bytes.toString('latin1').replaceAll(HEADER.toString(), ''), 'latin1')
  return Buffer.from(
    [...body].flatMap((byte) => {
      if (byte === SHIFT_OUT || byte === SHIFT_IN) {
        isShifted = byte === SHIFT_OUT
        return []
      }
      // A line begins unshifted.
      if (byte === 0x0a) isShifted = false
      return [isShifted && byte > 0x20 ? byte | 0x80 : byte]
    }),
  )
}
