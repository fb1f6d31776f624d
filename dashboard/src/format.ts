/** Numbers, times and foreign text as people read them. */
import stripAnsi from 'strip-ansi'

const LANGUAGE = 'en'

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const

/** `12 s`, `4 min`, `3 h`, `2 d`. A line never ends between number and unit. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const unit = UNITS.find(([size]) => whole >= size)
  return unit ? `${Math.floor(whole / unit[0])}\u00a0${unit[1]}` : `${whole}\u00a0s`
}

const clock = new Intl.DateTimeFormat(LANGUAGE, {
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
})
const day = new Intl.DateTimeFormat(LANGUAGE, { day: 'numeric', month: 'short' })
const full = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'full', timeStyle: 'long' })

/** `14:03`, or `3 Nov, 14:03` if that is not today. */
export function shortTime(iso: string, today: number): string {
  const at = new Date(iso)
  const isToday = at.toDateString() === new Date(today).toDateString()
  return isToday ? clock.format(at) : `${day.format(at)}, ${clock.format(at)}`
}

export const fullTime = (iso: string) => full.format(new Date(iso))

/** `$0.0021`, `$0.42`, `$1,234.50`: amounts below a cent have four digits. */
export const money = (usd: number) => {
  const digits = usd > 0 && usd < 0.01 ? 4 : 2
  return `$${usd.toLocaleString(LANGUAGE, { minimumFractionDigits: digits, maximumFractionDigits: digits })}`
}

export const integer = (value: number) => value.toLocaleString(LANGUAGE)

export const plural = (count: number, word: string, words = `${word}s`) =>
  `${integer(count)} ${count === 1 ? word : words}`

const SIZES = ['bytes', 'kB', 'MB', 'GB'] as const

export function bytes(size: number): string {
  const step = size < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(size) / 3))
  const value = size / 1000 ** step
  return `${step === 0 ? value : value.toFixed(1)} ${SIZES[step]}`
}

/** Characters that turn the direction of what follows, with which a text can look like another one. */
const TURNING = /[\u202A-\u202E\u2066-\u2069]/g
const CONTROL = /(?![\n\t])\p{Cc}/gu

/**
 * Returns text that was written elsewhere so that it cannot mislead: without terminal escapes and control characters, and
 * with marks for characters that turn the direction of writing.
 */
export const clean = (text: string): string =>
  stripAnsi(text)
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(CONTROL, '')
    .replaceAll(TURNING, (character) => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase()}⟩`)
    .toWellFormed()

export const firstLine = (text: string) =>
  clean(text.slice(0, 4000))
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim() ?? ''
