/** The text of a mail that came as HTML alone, without what a person would not see. */
import { compile, type DomNode, type FormatCallback } from 'html-to-text'

/** What is read of a mail: reading takes time by the square of the depth, which may be that of the tags. */
const LIMITS = { characters: 500_000, tags: 20_000, depth: 100 }

/** An element of ours in front of all others, at which the hidden ones are taken out. */
const MARK = 'x-without-hidden'

/** Of `display:none;font-size:0`, as names and values without blanks; later ones count, as in CSS. */
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

/** By its own attributes: what a style sheet hides is not known here. */
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

/** Makes comments of them, which are passed over. */
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
  // All of it, also where there are two bodies.
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
    // As a line of dashes it would be taken for the beginning of a signature.
    { selector: 'hr', format: 'lineBreak' },
  ],
})

/** As plain text, its quotes marked by `> `. Of an enormous mail, the beginning. */
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
