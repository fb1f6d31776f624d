/** A text line by line, with numbers that are links. */
import { useEffect, useRef } from 'preact/hooks'
import { clean } from '../format.ts'
import { artifact } from '../router.ts'
import type { Wanted } from './wanted.ts'

/** Lines that are shown; all of them are in the file. */
const SHOWN = 2000
/** Lines that are shown before the one that the address names. */
const BEFORE = 500
const LONGEST_LINE = 2000

const SIGNS: Readonly<Record<string, string>> = { '+': 'added', '-': 'removed', '@': 'place' }

interface Props {
  text: string
  file: Wanted
  isDiff: boolean
}

export function Lines({ text, file: { sessionId, workerId, name, line }, isDiff }: Props) {
  const marked = useRef<HTMLLIElement>(null)
  useEffect(() => marked.current?.scrollIntoView({ block: 'center' }), [line])
  const all = text.replace(/\n$/, '').split('\n')
  const skipped = Math.max(0, Math.min((line ?? 1) - BEFORE, all.length - SHOWN))
  const left = Math.max(0, all.length - skipped - SHOWN)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div class="lines" tabIndex={0}>
      {skipped > 0 && <p class="quiet">{skipped} lines before are not shown</p>}
      <ol class={isDiff ? 'diff' : ''}>
        {all.slice(skipped, skipped + SHOWN).map((each, i) => {
          const number = skipped + i + 1
          return (
            <li
              key={number}
              class={number === line ? 'marked' : ''}
              {...(number === line && { ref: marked })}
            >
              <a href={artifact(sessionId, workerId, name, number)} aria-label={`Line ${number}`}>
                {number}
              </a>
              <code class={isDiff ? (SIGNS[each[0] ?? ''] ?? '') : ''}>
                {clean(each.slice(0, LONGEST_LINE))}
                {each.length > LONGEST_LINE && '…'}
              </code>
            </li>
          )
        })}
      </ol>
      {left > 0 && <p class="quiet">{left} lines after are not shown</p>}
    </div>
  )
}
