/** Markdown as elements. The parser is loaded when a text needs it; until then the text is shown as it is. */
import { signal } from '@preact/signals'
import { useState } from 'preact/hooks'
import { Foreign, More } from './foreign.tsx'

type Render = typeof import('./markdown-render.tsx').renderMarkdown
const render = signal<Render | undefined>(undefined)
const loading = { isUnderWay: false }

/** If the server is away, the text itself is readable, and the next text tries again. */
function load(): void {
  if (loading.isUnderWay) return
  loading.isUnderWay = true
  import('./markdown-render.tsx')
    .then((module) => {
      render.value = module.renderMarkdown
    })
    .catch(() => {
      loading.isUnderWay = false
    })
}

/** Something that plain text does not have. */
const MARKED = /[*_`#>[\]|~]|^\s*(?:[-+]|\d+[.)])\s/m

/** Characters that are rendered at first. */
const SHOWN = 12_000

/** `atFirst` is how many characters are shown at first. */
export function Markdown({ text, atFirst = SHOWN }: { text: string; atFirst?: number }) {
  const [isWhole, setWhole] = useState(false)
  const isLong = text.length > atFirst * 1.2
  const shown = isLong && !isWhole ? `${text.slice(0, atFirst)}…` : text
  // Nobody writes so much by hand: as Markdown it would only be slow.
  if (!MARKED.test(shown) || shown.length > 200_000)
    return <Foreign text={text} atFirst={atFirst} />
  if (!render.value) {
    load()
    return <Foreign text={text} atFirst={atFirst} />
  }
  return (
    <div class="markdown" dir="auto">
      {render.value(shown)}
      {isLong && <More isWhole={isWhole} size={text.length} toggle={() => setWhole(!isWhole)} />}
    </div>
  )
}
