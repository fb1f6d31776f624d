/** Turns Markdown into elements, token by token: no HTML is ever parsed, so none of the text can become markup. */
import MarkdownIt from 'markdown-it'
import { type ComponentChildren, h } from 'preact'
import { clean } from '../format.ts'

/** Without HTML, which stays text, and without pictures, which would be requests to other servers. */
const parser = new MarkdownIt('default', { html: false, linkify: true }).disable('image')

interface Token {
  readonly type: string
  readonly tag: string
  readonly nesting: -1 | 0 | 1
  readonly content: string
  readonly info: string
  readonly hidden: boolean
  readonly children: readonly Token[] | null
  attrGet(name: string): string | number | null
}

export const renderMarkdown = (text: string): ComponentChildren =>
  tree(parser.parse(clean(text), {}))

const TAGS = new Set(
  'p h1 h2 h3 h4 h5 h6 ul ol li blockquote em strong s table thead tbody tr th td'.split(' '),
)

/** Opening and closing tokens become elements; what is between them, their children. */
function tree(tokens: readonly Token[]): ComponentChildren[] {
  const open: { token?: Token; children: ComponentChildren[] }[] = [{ children: [] }]
  for (const token of tokens) {
    if (token.nesting === 1) open.push({ token, children: [] })
    else if (token.nesting === -1) {
      const closed = open.pop()
      if (closed?.token) open.at(-1)?.children.push(element(closed.token, closed.children))
    } else open.at(-1)?.children.push(leaf(token))
  }
  return open[0]?.children ?? []
}

function element(token: Token, children: ComponentChildren[]): ComponentChildren {
  if (token.hidden) return children
  if (token.type === 'link_open') return link(String(token.attrGet('href') ?? ''), children)
  if (token.type === 'table_open')
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      <div class="wide" tabIndex={0}>
        <table>{children}</table>
      </div>
    )
  if (!TAGS.has(token.tag)) return children
  const start = token.type === 'ordered_list_open' ? Number(token.attrGet('start') ?? 1) : undefined
  // The thread's own headings are h1 and h2.
  const tag = token.tag.replace(/^h([1-6])$/, (_, level) => `h${Math.min(6, Number(level) + 2)}`)
  return h(tag, start === undefined || start === 1 ? {} : { start }, children)
}

function leaf(token: Token): ComponentChildren {
  if (token.type === 'inline') return tree(token.children ?? [])
  if (token.type === 'softbreak') return '\n'
  if (token.type === 'hardbreak') return <br />
  if (token.type === 'hr') return <hr />
  if (token.type === 'code_inline') return <code>{token.content}</code>
  if (token.type === 'fence' || token.type === 'code_block')
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      <pre class="code" tabIndex={0}>
        {token.content.replace(/\n$/, '')}
      </pre>
    )
  return token.content
}

/** The target of a link is shown if the text is another, since a text may pretend to be another address. */
function link(href: string, children: ComponentChildren[]): ComponentChildren {
  if (!/^(?:https?|mailto):/i.test(href)) return children
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" title={href}>
      {children}
    </a>
  )
}
