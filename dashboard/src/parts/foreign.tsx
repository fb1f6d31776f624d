/** Text that somebody else wrote, as text: cleaned, on its own, and never longer than a person wants. */
import { useState } from 'preact/hooks'
import { bytes, clean } from '../format.ts'

/** Characters that are shown at first. */
const SHOWN = 6000

/** `code` keeps every space and line; `atFirst` is how many characters are shown at first. */
export function Foreign({
  text,
  code = false,
  atFirst = SHOWN,
}: {
  text: string
  code?: boolean
  atFirst?: number
}) {
  const [isWhole, setWhole] = useState(false)
  const isLong = text.length > atFirst * 1.2
  const shown = isLong && !isWhole ? text.slice(0, atFirst) : text
  return (
    <>
      <pre class={code ? 'foreign code' : 'foreign'} dir="auto">
        {clean(shown)}
        {isLong && !isWhole ? '…' : ''}
      </pre>
      {isLong && <More isWhole={isWhole} size={text.length} toggle={() => setWhole(!isWhole)} />}
    </>
  )
}

interface MoreProps {
  isWhole: boolean
  size: number
  toggle: () => void
}

export const More = ({ isWhole, size, toggle }: MoreProps) => (
  <button type="button" class="link" onClick={toggle}>
    {isWhole ? 'Show less' : `Show all (${bytes(size)})`}
  </button>
)
