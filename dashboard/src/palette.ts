/** What the palette offers besides views and conversations: what can be done where the person is. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

export interface Action {
  readonly label: string
  readonly run: () => void
}

export const showsPalette = signal(false)

/** The actions of the view that is open. */
export const viewActions = signal<readonly Action[]>([])

/** Offers actions as long as the component is there. They are offered anew when `version` changes. */
export function useActions(actions: () => readonly Action[], version: string): void {
  useEffect(() => {
    viewActions.value = actions()
    return () => {
      viewActions.value = []
    }
  }, [version])
}
