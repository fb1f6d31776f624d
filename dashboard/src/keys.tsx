/** The keyboard: j and k go through what is listed, and a few keys go elsewhere. `?` shows them. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { mayChange } from './api/token.ts'
import { showsPalette } from './palette.ts'
import { Dialog } from './parts/dialog.tsx'
import { lazy } from './parts/lazy.tsx'
import { go, place, to } from './router.ts'

const Palette = lazy(() => import('./views/palette.tsx').then(({ Palette }) => Palette))

const KEYS = [
  ['Ctrl K', 'go anywhere, or do something here (⌘ K)'],
  ['j', 'next entry or conversation'],
  ['k', 'previous entry or conversation'],
  ['Enter', 'open what is selected'],
  ['/', 'search conversations'],
  ['n', 'new conversation'],
  ['m', 'write a message'],
  ['h', 'what needs you'],
  ['c', 'all conversations'],
  ['Esc', 'leave a field, close a dialog, go back'],
  ['?', 'these keys'],
] as const

const showsHelp = signal(false)

const focusOn = (selector: string) => document.querySelector<HTMLElement>(selector)?.focus()

/** What is typed next belongs to the search, so it has the focus at once if it is there. */
function search(): void {
  const isThere = document.querySelector('[data-search]') !== null
  if (!isThere) go(to(['conversations']))
  if (isThere) focusOn('[data-search]')
  else requestAnimationFrame(() => requestAnimationFrame(() => focusOn('[data-search]')))
}

/** Moves the focus among the items of the view; from nowhere, to the last one in a thread and to the first one in a list. */
function move(step: 1 | -1): void {
  const items = [...document.querySelectorAll<HTMLElement>('[data-item]')]
  const at = items.findIndex((item) => item.contains(document.activeElement))
  const isThread = document.querySelector('.thread') !== null
  const start = isThread ? items.length - 1 : 0
  const next = at < 0 ? start : Math.min(items.length - 1, Math.max(0, at + step))
  items[next]?.focus()
  items[next]?.scrollIntoView({ block: 'nearest' })
}

function goBack(): void {
  const active = document.activeElement
  if (active instanceof HTMLElement && active !== document.body) {
    active.blur()
    return
  }
  const { path } = place.value
  if (path.length > 1) go(to(path[2] === 'workers' ? path.slice(0, 2) : path.slice(0, 1)))
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  j: () => move(1),
  k: () => move(-1),
  '/': search,
  n: () => mayChange.value && go(to(['new'])),
  m: () => focusOn('.composer textarea'),
  h: () => go(to([])),
  c: () => go(to(['conversations'])),
  Escape: goBack,
  '?': () => {
    showsHelp.value = true
  },
}

function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || document.querySelector('dialog[open]')) return
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== 'k') return
    event.preventDefault()
    showsPalette.value = true
    return
  }
  const isWriting =
    event.target instanceof HTMLElement && event.target.matches('input, textarea, select')
  if (isWriting && event.key !== 'Escape') return
  const action = ACTIONS[event.key]
  if (!action) return
  event.preventDefault()
  action()
}

export function Keys() {
  useEffect(() => {
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [])
  if (showsPalette.value) return <Palette />
  if (!showsHelp.value) return null
  const close = () => {
    showsHelp.value = false
  }
  return (
    <Dialog title="Keys" onClose={close} class="narrow">
      <dl class="keys">
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
