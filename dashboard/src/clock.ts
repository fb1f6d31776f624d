/** The time, for texts that grow older: one timer for the whole page, which rests while the page is hidden. */
import { signal } from '@preact/signals'

export const now = signal(Date.now())

const tick = () => {
  if (document.visibilityState === 'visible') now.value = Date.now()
}
setInterval(tick, 1000)
document.addEventListener('visibilitychange', tick)
