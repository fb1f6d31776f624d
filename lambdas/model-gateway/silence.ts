/** Watches how long the model's API sends nothing. */

export interface SilenceLimits {
  /** After this long people should know of it. */
  readonly noticeMs: number
  /** After this long the request is broken off. */
  readonly limitMs: number
}

/** The API sends pings while the model thinks, so a stream is never silent for long; a whole answer is, until it is there. */
export const silenceLimits = (streams: boolean): SilenceLimits => ({
  noticeMs: 30_000,
  limitMs: streams ? 60_000 : 5 * 60_000,
})

export interface SilenceWatch {
  /** Aborted once the silence has lasted too long. */
  readonly signal: AbortSignal
  /** Something was sent. */
  heard(): void
  stop(): void
}

/** Starts to watch. Calls `onNotice` once. */
export function watchSilence(
  { noticeMs, limitMs }: SilenceLimits,
  onNotice: () => void,
): SilenceWatch {
  const controller = new AbortController()
  let isNoticed = false
  const notice = setTimeout(() => {
    isNoticed = true
    onNotice()
  }, noticeMs)
  const limit = setTimeout(() => controller.abort(), limitMs)
  return {
    signal: controller.signal,
    heard() {
      if (!isNoticed) notice.refresh()
      limit.refresh()
    },
    stop() {
      clearTimeout(notice)
      clearTimeout(limit)
    },
  }
}
