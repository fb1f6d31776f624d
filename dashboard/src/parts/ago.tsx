/** Times that grow older by themselves. */
import { now } from '../clock.ts'
import { duration, fullTime, shortTime } from '../format.ts'

/** `12 s ago`. */
export function Ago({ at }: { at: string }) {
  const seconds = (now.value - Date.parse(at)) / 1000
  return (
    <time dateTime={at} title={fullTime(at)}>
      {seconds < 1 ? 'now' : `${duration(seconds)} ago`}
    </time>
  )
}

/** The time of day, with the date if that is not today. */
export function At({ at }: { at: string }) {
  return (
    <time class="at" dateTime={at} title={fullTime(at)}>
      {shortTime(at, now.value)}
    </time>
  )
}
