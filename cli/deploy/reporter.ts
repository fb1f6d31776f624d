/** Says what goes on: a line for each step, or one line that changes, in a terminal. */
import { spinner } from '@clack/prompts'
import { printable } from '../../src/core/printable.ts'
import { isInteractive, note } from '../print.ts'

export interface Reporter {
  step(text: string): void
  /** Ends it. `text` stays. */
  done(text: string): void
}

/** Begins something that takes more than a second. */
export function begin(what: string): Reporter {
  if (!isInteractive()) {
    note(what)
    return { step: note, done: note }
  }
  const line = spinner({ output: process.stderr, indicator: 'timer' })
  line.start(what)
  return {
    step: (text) => line.message(printable(text.trim())),
    done: (text) => line.stop(printable(text)),
  }
}
