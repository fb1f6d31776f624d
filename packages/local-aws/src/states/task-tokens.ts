/** Task tokens: issues them, and brings each answer to the task that waits for it. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { AwsError } from '../json-service.ts'
import type { ErrorReport } from './failure.ts'

/** What a waiting task does when it is answered. `output` is JSON text. */
export interface WaitingTask {
  succeed(output: string): void
  fail(report: ErrorReport): void
  heartbeat(): void
}

const NONCE_BYTES = 24
const SIGNATURE_BYTES = 32

/**
 * A token carries its own proof, so that one that was issued and is no longer open can be told from
 * one that never was, also after a restart, without keeping a list.
 */
export class TaskTokens {
  readonly #key: Buffer
  readonly #waiting = new Map<string, WaitingTask>()

  /** @param key signs the tokens; the same key knows the tokens of an earlier start */
  constructor(key: Buffer = randomBytes(SIGNATURE_BYTES)) {
    this.#key = key
  }

  /** A new token, not yet open. */
  issue(): string {
    const nonce = randomBytes(NONCE_BYTES)
    return Buffer.concat([nonce, this.#sign(nonce)]).toString('base64')
  }

  /** From now on answers to `token` reach `task`, until the returned function is called. */
  open(token: string, task: WaitingTask): () => void {
    this.#waiting.set(token, task)
    return () => this.#waiting.delete(token)
  }

  /**
   * The task that waits for this token's answer.
   * @throws AwsError `TaskTimedOut` when the token was used, or its task or execution has ended;
   * `InvalidToken` when it was never issued
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
