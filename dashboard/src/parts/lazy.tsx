/** Components whose code is loaded when they are first shown. */
import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'

/** Returns a component that shows "Loading …" until its code has come, and a way to try again if it does not come. */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  const loaded = signal<ComponentType<Props> | undefined>(undefined)
  const failed = signal(false)
  let loading: Promise<void> | undefined
  const start = () => {
    failed.value = false
    loading = load().then(
      (component) => {
        loaded.value = component
      },
      () => {
        failed.value = true
      },
    )
  }
  return function Lazy(props: Props) {
    const Component = loaded.value
    if (Component) return <Component {...props} />
    if (!loading) start()
    if (!failed.value) return <p class="quiet pad">Loading …</p>
    return (
      <p class="problem pad" role="alert">
        This part of the page could not be loaded.{' '}
        <button type="button" class="link" onClick={start}>
          Try again
        </button>
      </p>
    )
  }
}
