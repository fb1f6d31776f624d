/** Holds back the end of an answer until it is settled, so that no next request is let through on an old balance. */

/** The first line of a stream's last event; JSON has no raw line breaks, so that no line of data begins like this. */
const LAST_EVENT = Buffer.from('event: message_stop')
const LINE_BREAK = 0x0a

export interface HoldBack {
  /** What of the bytes so far may go on now. */
  pass(bytes: Uint8Array): Uint8Array
  /** The rest. */
  release(): Uint8Array
}

/**
 * Of a stream, its last event; of one document, its last byte. Every event before goes on at once and whole: without
 * the empty line at its end the client would not see it.
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
      const rest = held
      held = Buffer.alloc(0)
      return rest
    },
  }
}

/** Where the last event begins, or where the bytes end in what may be its beginning; otherwise their length. */
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
