/** A dialog of the browser itself: it keeps the focus, and Escape closes it. */
import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface DialogProps {
  title: string
  onClose: () => void
  children: ComponentChildren
  class?: string
}

export function Dialog({ title, onClose, children, class: name = '' }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class={`dialog ${name}`} aria-labelledby="dialog-title" onClose={onClose}>
      <header>
        <h2 id="dialog-title">{title}</h2>
        <button
          type="button"
          class="icon"
          aria-label="Close"
          onClick={() => dialog.current?.close()}
        >
          ✕
        </button>
      </header>
      {children}
    </dialog>
  )
}

interface Question {
  readonly title: string
  /** What will be lost, or what will happen. */
  readonly consequence: string
  readonly verb: string
  readonly isHarmless?: boolean
  readonly act: () => Promise<unknown>
}

const question = signal<Question | undefined>(undefined)
const state = signal<{ isBusy: boolean; problem?: string }>({ isBusy: false })

/** Asks once before something is destroyed. */
export function confirm(asked: Question): void {
  state.value = { isBusy: false }
  question.value = asked
}

/** Shows what `confirm` asks. It is part of the page once. */
export function Confirmation() {
  const asked = question.value
  if (!asked) return null
  const close = () => {
    question.value = undefined
  }
  const act = async () => {
    state.value = { isBusy: true }
    try {
      await asked.act()
      close()
    } catch (error) {
      state.value = { isBusy: false, problem: error instanceof Error ? error.message : `${error}` }
    }
  }
  const { isBusy, problem } = state.value
  return (
    <Dialog title={asked.title} onClose={close} class="narrow">
      <p>{asked.consequence}</p>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <footer>
        <button type="button" onClick={(event) => event.currentTarget.closest('dialog')?.close()}>
          Cancel
        </button>
        <button
          type="button"
          class={asked.isHarmless ? 'primary' : 'danger'}
          disabled={isBusy}
          onClick={act}
        >
          {isBusy ? 'One moment …' : asked.verb}
        </button>
      </footer>
    </Dialog>
  )
}
