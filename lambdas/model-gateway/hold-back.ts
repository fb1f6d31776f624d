/** Holds back the end of an answer until it is settled, so that no next request is let through on an old balance. */

/** The last event of a stream; a line of data never begins like this, for JSON has no raw line breaks. */
const LAST_EVENT = Buffer.from('\nevent: message_stop')

export interface HoldBack {
  /** What of the bytes so far may go on now. */
  pass(bytes: Uint8Array): Uint8Array
  /** The rest. */
  release(): Uint8Array
}

/** Of a stream, its last event; of one document, its last bytes. */
export function holdBack(contentType: string): HoldBack {
  const isStream = contentType.startsWith('text/event-stream')
  let held = Buffer.alloc(0)
  return {
    pass(bytes) {
      const all = Buffer.concat([held, bytes])
      const from = isStream ? whereLastEventMayBegin(all) : Math.max(0, all.length - 1)
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

/** Where the last event begins, or where the bytes end in what may be its beginning. */
function whereLastEventMayBegin(bytes: Buffer): number {
  const found = bytes.indexOf(LAST_EVENT)
  if (found >= 0) return found
  for (let length = Math.min(LAST_EVENT.length - 1, bytes.length); length > 0; length--) {
    if (bytes.subarray(-length).equals(LAST_EVENT.subarray(0, length))) return bytes.length - length
  }
  return bytes.length
}
