/** Decodes charsets that neither the platform nor postal-mime knows: UTF-7, and those of DOS and other old systems. */
import more from 'iconv-lite/encodings/sbcs-data.js'
import tables from 'iconv-lite/encodings/sbcs-data-generated.js'

export const isUtf7 = (label: string) => /^(?:unicode-1-1-)?utf-?7$/.test(label)

/** RFC 2152: `+` begins UTF-16 in base64, and anything else ends it; a `-` is only the end. `+-` is a plus sign. */
export const fromUtf7 = (text: string): string =>
  text.replaceAll(/\+(?:-|([A-Za-z0-9+/]+)-?)/g, (_, encoded: string | undefined) =>
    encoded === undefined ? '+' : fromUtf16(Buffer.from(encoded, 'base64')),
  )

/** The bits that fill up the last character of base64 may make one more byte. */
const fromUtf16 = (bytes: Buffer): string =>
  new TextDecoder('utf-16be').decode(bytes.subarray(0, bytes.length - (bytes.length % 2)))

/** Returns the text in a charset of one byte a character, or undefined if there is none of this name. */
export function fromSingleBytes(bytes: Buffer, label: string): string | undefined {
  const characters = tableOf(label.replaceAll(/[^a-z0-9]/g, ''))
  return characters && Array.from(bytes, (byte) => characters[byte]).join('')
}

/** A table has the characters of all bytes, or of those from 0x80. An alias has the name of a table or of another alias. */
const charsets = new Map(Object.entries({ ...more, ...tables }))

function tableOf(name: string): readonly string[] | undefined {
  const found = charsets.get(name)
  if (typeof found !== 'object') return found === undefined ? undefined : tableOf(String(found))
  const characters = [...found.chars]
  return characters.length === 128 ? [...ASCII, ...characters] : characters
}

const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
