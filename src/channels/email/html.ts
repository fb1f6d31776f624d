/** Converts an HTML email to text, without what a person would not see. */
import { compile, type DomNode, type FormatCallback } from 'html-to-text'

/** How much is read. Parsing takes time quadratic in the depth, which can equal the number of tags. */
const LIMITS = { characters: 500_000, tags: 20_000, depth: 100 }

/** Our own element before all others. Formatting it removes the hidden elements. */
const MARK = 'x-without-hidden'

/** Parses `display:none;font-size:0` into names and values without blanks. Later declarations win, as in CSS. */
function styleOf(style: string): ReadonlyMap<string, string> {
  const declarations = style
    .toLowerCase()
    .replaceAll(/\/\*.*?\*\//gs, '')
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

/** Turns hidden elements into comments, which are skipped. */
const withoutHidden: FormatCallback = (mark) => {
  const open = mark.parent ? [mark.parent] : []
  for (let node = open.pop(); node; node = open.pop())
    for (const child of node.children ?? []) {
      if (isHidden(child)) child.type = 'comment'
      else open.push(child)
    }
}

const SKIPPED = ['head', 'title', 'template', 'img', 'audio', 'video', 'object', 'svg', 'button']
const HEADINGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6']

const convert = compile({
  wordwrap: false,
  // Convert everything, even if there are two bodies.
  baseElements: { selectors: [] },
  formatters: { withoutHidden },
  limits: { maxDepth: LIMITS.depth },
  selectors: [
    { selector: MARK, format: 'withoutHidden' },
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
  convert(`<${MARK}></${MARK}>${beginning(html)}`).trim()

function beginning(html: string): string {
  let end = -1
  for (let tags = 0; tags <= LIMITS.tags; tags++) {
    end = html.indexOf('<', end + 1)
    if (end < 0) return html.slice(0, LIMITS.characters)
  }
  return html.slice(0, Math.min(end, LIMITS.characters))
}
