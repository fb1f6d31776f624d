/** Holds back the end of a response until its usage is counted, so that no further request is admitted on an old balance. */

/** The first line of a stream's last event. JSON has no raw line breaks, so no line of data starts like this. */
const LAST_EVENT = Buffer.from('event: message_stop')
const LINE_BREAK = 0x0a

export interface HoldBack {
  /** Returns the bytes that may be sent now. */
  pass(bytes: Uint8Array): Uint8Array
  /** Returns the bytes held back. */
  release(): Uint8Array
}

/**
 * Holds back the last event of a stream, or the last byte of a document. Earlier events are sent at once and whole,
 * because the client needs the empty line at an event's end.
 */
export function holdBack(contentType: string): HoldBack {
  const isStream = contentType.startsWith('text/event-stream')
  let held = Buffer.alloc(0)
  let atLineStart = true
  return {
    pass(bytes) {
      const all = Buffer.concat([held, bytes])
      const from = isStream ? lastEventIn(all, atLineStart) : Math.max(0, all.length - 1)
      if (from > 0) atLineStart = all[from - 1] === LINE_BREAK
      held = all.subarray(from)
      return all.subarray(0, from)
    },
    release() {
      const last = held
      held = Buffer.alloc(0)
      return last
    },
  }
}

/** Returns where the last event (or what may be its beginning) starts, or the length of the bytes if there is none. */
function lastEventIn(bytes: Buffer, atLineStart: boolean): number {
  let line = atLineStart ? 0 : afterBreak(bytes, 0)
  while (line < bytes.length) {
    const start = bytes.subarray(line, line + LAST_EVENT.length)
    if (start.equals(LAST_EVENT.subarray(0, start.length))) return line
    line = afterBreak(bytes, line)
  }
  return bytes.length
}

function afterBreak(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(LINE_BREAK, from)
  return at < 0 ? bytes.length : at + 1
}
