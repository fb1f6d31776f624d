/** Components that are rendered again only if one of their properties is another object. */
import { type ComponentType, h } from 'preact'
import { useMemo } from 'preact/hooks'

export function memo<Props extends object>(component: ComponentType<Props>): ComponentType<Props> {
  return function Memo(props: Props) {
    // The properties of a component keep their order.
    return useMemo(() => h(component, props), Object.values(props))
  }
}
