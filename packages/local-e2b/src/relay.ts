/** Connects two sockets: the input of each is the output of the other. */
import type { Socket } from 'node:net'

/** Each direction ends by itself; an error or an early close on one side closes the other. */
export function relay(left: Socket, right: Socket): void {
  left.pipe(right)
  right.pipe(left)
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroySoon())
  }
}
