/** The size of an item, by DynamoDB's rules: "DynamoDB item sizes and formats" in its developer guide. */

/** An attribute value in the API's JSON: `{"S": "text"}`, `{"N": "1"}`, … */
export type Value = Readonly<Record<string, unknown>>
export type Item = Readonly<Record<string, Value>>

/** Overhead of a list or a map, and of each element in it. */
const NESTING_BYTES = 3
const ELEMENT_BYTES = 1

const bytes = (text: string) => Buffer.byteLength(text)

export const itemBytes = (item: Item): number =>
  Object.entries(item).reduce((total, [name, value]) => total + bytes(name) + valueBytes(value), 0)

function valueBytes(value: Value): number {
  const [[type, content] = ['NULL', true]] = Object.entries(value)
  switch (type) {
    case 'S':
      return bytes(String(content))
    case 'N':
      return numberBytes(String(content))
    case 'B':
      return Buffer.from(String(content), 'base64').length
    case 'SS':
      return each(content, (text) => bytes(String(text)))
    case 'NS':
      return each(content, (number) => numberBytes(String(number)))
    case 'L':
      return (
        NESTING_BYTES + each(content, (element) => ELEMENT_BYTES + valueBytes(element as Value))
      )
    case 'M':
      return (
        NESTING_BYTES +
        ELEMENT_BYTES * Object.keys(content as Item).length +
        itemBytes(content as Item)
      )
    default:
      return 1
  }
}

const each = (content: unknown, size: (element: unknown) => number) =>
  (content as readonly unknown[]).reduce<number>((total, element) => total + size(element), 0)

/** One byte for two significant digits, plus one, plus one for a sign. */
function numberBytes(text: string): number {
  const digits = text
    .replace(/e.*$/i, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '')
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0)
}
