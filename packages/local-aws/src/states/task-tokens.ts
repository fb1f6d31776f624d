/** Issues task tokens, and passes each response to the task that waits for it. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { AwsError } from '../json-service.ts'
import type { ErrorReport } from './failure.ts'

/** The callbacks of a waiting task. `output` is JSON text. */
export interface WaitingTask {
  succeed(output: string): void
  fail(report: ErrorReport): void
  heartbeat(): void
}

const NONCE_BYTES = 24
const SIGNATURE_BYTES = 32

/**
 * A token is signed. So a used one can be told from one that was never issued, even after a restart, without
 * storing a list.
 */
export class TaskTokens {
  readonly #key: Buffer
  readonly #waiting = new Map<string, WaitingTask>()

  /** @param key signs the tokens; with the same key, tokens of an earlier start are recognised */
  constructor(key: Buffer = randomBytes(SIGNATURE_BYTES)) {
    this.#key = key
  }

  /** Returns a new token, not yet open. */
  issue(): string {
    const nonce = randomBytes(NONCE_BYTES)
    return Buffer.concat([nonce, this.#sign(nonce)]).toString('base64')
  }

  /** Passes responses for `token` to `task` until the returned function is called. */
  open(token: string, task: WaitingTask): () => void {
    this.#waiting.set(token, task)
    return () => this.#waiting.delete(token)
  }

  /**
   * Returns the task that waits for this token.
   * @throws AwsError `TaskTimedOut` if the token was used, or its task or execution has ended; `InvalidToken` if
   *   it was never issued
   */
  waiting(token: string): WaitingTask {
    const task = this.#waiting.get(token)
    if (task !== undefined) return task
    throw this.#wasIssued(token)
      ? new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'")
      : new AwsError('InvalidToken', "Invalid Token: 'Invalid token'")
  }

  #sign(nonce: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(nonce).digest()
  }

  #wasIssued(token: string): boolean {
    const bytes = Buffer.from(token, 'base64')
    if (bytes.length !== NONCE_BYTES + SIGNATURE_BYTES) return false
    const signature = this.#sign(bytes.subarray(0, NONCE_BYTES))
    return timingSafeEqual(signature, bytes.subarray(NONCE_BYTES))
  }
}
