/** Converts an HTML email to text, without what a person would not see. */
import { compile, type DomNode, type FormatCallback } from 'html-to-text'

/** How much is read. Parsing takes time quadratic in the depth, which can equal the number of tags. */
const LIMITS = { characters: 500_000, tags: 20_000, depth: 100 }

/** Our own element before all others. Formatting it prepares the tree: without hidden elements, with kept line ends. */
const MARK = 'x-prepared'

/** Parses `display:none;font-size:0` into names and values without blanks. Later declarations win, as in CSS. */
function styleOf(style: string): ReadonlyMap<string, string> {
  const declarations = style
    .toLowerCase()
    // An open comment reaches to the end (CSS Syntax 3, 4.3.2). It must match too, or many of them take quadratic time.
    .replaceAll(/\/\*.*?(?:\*\/|$)/gs, '')
    .replaceAll(/\s+|!important/g, '')
    .split(';')
  return new Map(
    declarations.map((declaration) => {
      const [name = '', ...value] = declaration.split(':')
      return [name, value.join(':')]
    }),
  )
}

const ZERO = /^0*(?:\.0*)?(?:[a-z]+|%)?$/
const isZero = (value: string | undefined) => !!value && /^[.0]/.test(value) && ZERO.test(value)

/** Looks only at the element's own attributes, because style sheets are not applied here. */
function isHidden({ attribs }: DomNode): boolean {
  if (!attribs) return false
  if ('hidden' in attribs) return true
  const { style: inline = '' } = attribs
  const style = styleOf(inline)
  return (
    style.get('display') === 'none' ||
    ['hidden', 'collapse'].includes(style.get('visibility') ?? '') ||
    style.get('mso-hide') === 'all' ||
    isZero(style.get('opacity')) ||
    isZero(style.get('font-size')) ||
    (style.get('overflow') === 'hidden' &&
      (isZero(style.get('max-height')) || isZero(style.get('height'))))
  )
}

/** What `white-space` keeps (CSS Text 3, 3). */
interface Kept {
  readonly lines: boolean
  readonly blanks: boolean
}

const WHITE_SPACE: ReadonlyMap<string, Kept> = new Map([
  ['normal', { lines: false, blanks: false }],
  ['nowrap', { lines: false, blanks: false }],
  ['pre-line', { lines: true, blanks: false }],
  ['pre', { lines: true, blanks: true }],
  ['pre-wrap', { lines: true, blanks: true }],
  ['break-spaces', { lines: true, blanks: true }],
])

/** Stands for a blank that must not be collapsed. */
const BLANK = '\u{f8ff}'

/** Turns hidden elements into comments, which are skipped, and makes kept line ends and blanks explicit. */
const prepared: FormatCallback = (mark) => {
  const none: Kept = { lines: false, blanks: false }
  const open = mark.parent ? [{ node: mark.parent, kept: none }] : []
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, kept } = next
    for (const child of node.children ?? []) {
      if (isHidden(child)) child.type = 'comment'
      else open.push({ node: child, kept: keptIn(child, kept) })
    }
    if (kept.lines && node.children) node.children = node.children.flatMap(explicit(kept))
  }
}

const keptIn = ({ attribs, name }: DomNode, outer: Kept): Kept =>
  // The library keeps everything in <pre> itself.
  name === 'pre'
    ? { lines: false, blanks: false }
    : (WHITE_SPACE.get(styleOf(attribs?.style ?? '').get('white-space') ?? '') ?? outer)

const explicit =
  ({ blanks }: Kept) =>
  (node: DomNode): DomNode[] => {
    if (node.type !== 'text' || !node.data) return [node]
    return node.data
      .split(/\r\n?|\n/)
      .flatMap((line, at) => [
        ...(at > 0 ? [{ ...LINE_BREAK, parent: node.parent }] : []),
        { ...node, data: blanks ? line.replaceAll(' ', BLANK) : line },
      ])
  }

const LINE_BREAK = { type: 'tag', name: 'br', attribs: {}, children: [] }

const SKIPPED = ['head', 'title', 'template', 'img', 'audio', 'video', 'object', 'svg', 'button']
const HEADINGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6']

const convert = compile({
  wordwrap: false,
  // Convert everything, even if there are two bodies.
  baseElements: { selectors: [] },
  formatters: { prepared },
  limits: { maxDepth: LIMITS.depth },
  selectors: [
    { selector: MARK, format: 'prepared' },
    ...SKIPPED.map((selector) => ({ selector, format: 'skip' })),
    ...HEADINGS.map((selector) => ({ selector, options: { uppercase: false } })),
    ...['td', 'th'].map((selector) => ({
      selector,
      format: 'inlineSurround',
      options: { suffix: ' ' },
    })),
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
    // A line of dashes would look like the start of a signature.
    { selector: 'hr', format: 'lineBreak' },
  ],
})

/** Returns the plain text, with quotes marked by `> `. Only the beginning of a huge email is read. */
export const textOfHtml = (html: string): string =>
  convert(`<${MARK}></${MARK}>${beginning(html.replaceAll(BLANK, ''))}`)
    .replaceAll(BLANK, ' ')
    .trim()

function beginning(html: string): string {
  let end = -1
  for (let tags = 0; tags <= LIMITS.tags; tags++) {
    end = html.indexOf('<', end + 1)
    if (end < 0) return html.slice(0, LIMITS.characters)
  }
  return html.slice(0, Math.min(end, LIMITS.characters))
}
