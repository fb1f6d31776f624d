/** The palette: views, conversations by title, and what can be done here, by a few letters. */
import { useMemo, useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import { usePolled } from '../api/poll.ts'
import { mayChange } from '../api/token.ts'
import { type Action, showsPalette, viewActions } from '../palette.ts'
import { Dialog } from '../parts/dialog.tsx'
import { conversation, go, to } from '../router.ts'

const VIEWS: Readonly<Record<string, string>> = {
  'Needs you': to([]),
  Now: to(['now']),
  Conversations: to(['conversations']),
  People: to(['people']),
  Usage: to(['usage']),
}

const SHOWN = 12

interface Option extends Action {
  readonly kind: 'Here' | 'Go to' | 'Conversation'
}

const goTo = (label: string, address: string, kind: Option['kind'] = 'Go to'): Option => ({
  kind,
  label,
  run: () => go(address),
})

function useOptions(): readonly Option[] {
  const { value } = usePolled(
    'palette',
    (signal) => call('GET /api/sessions', { query: { limit: 100 }, signal }),
    () => Number.POSITIVE_INFINITY,
  )
  return useMemo(
    () => [
      ...viewActions.value.map((action) => ({ kind: 'Here' as const, ...action })),
      ...(mayChange.value ? [goTo('New conversation', to(['new']))] : []),
      ...Object.entries(VIEWS).map(([label, address]) => goTo(label, address)),
      ...(value.value?.sessions ?? []).map(({ sessionId, title }) =>
        goTo(title ?? sessionId, conversation(sessionId), 'Conversation'),
      ),
    ],
    [value.value, viewActions.value, mayChange.value],
  )
}

/** Whether each word occurs in the text. */
const matches = (text: string, words: string) =>
  words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word))

export function Palette() {
  const [words, setWords] = useState('')
  const [chosen, setChosen] = useState(0)
  const options = useOptions()
    .filter(({ kind, label }) => matches(`${kind} ${label}`, words))
    .slice(0, SHOWN)
  const close = () => {
    showsPalette.value = false
  }
  const run = (option: Option | undefined) => {
    if (!option) return
    close()
    option.run()
  }
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.isComposing || (step === undefined && event.key !== 'Enter')) return
    event.preventDefault()
    if (step === undefined) run(options[chosen])
    else if (options.length > 0) setChosen((chosen + step + options.length) % options.length)
  }
  return (
    <Dialog title="Go to, or do" onClose={close} class="palette">
      <input
        role="combobox"
        aria-label="View, conversation or action"
        aria-expanded={options.length > 0}
        aria-controls="palette-options"
        aria-activedescendant={options.length > 0 ? `option-${chosen}` : undefined}
        placeholder="View, conversation or action"
        autoComplete="off"
        spellcheck={false}
        autoFocus
        value={words}
        onInput={(event) => {
          setWords(event.currentTarget.value)
          setChosen(0)
        }}
        onKeyDown={press}
      />
      <div id="palette-options" role="listbox" aria-label="What matches">
        {options.map((option, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field
          <div
            key={`${option.kind} ${option.label} ${i}`}
            id={`option-${i}`}
            role="option"
            aria-selected={i === chosen}
            tabIndex={-1}
            onClick={() => run(option)}
          >
            <small>{option.kind}</small> <bdi>{option.label}</bdi>
          </div>
        ))}
      </div>
      {options.length === 0 && <p class="quiet">Nothing matches.</p>}
    </Dialog>
  )
}
