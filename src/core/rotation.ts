/** Secrets that verify what others send: after a rotation the previous value is accepted for a while, so that nothing is refused. */
import { LONGEST_LINK_HOURS } from './session-link.ts'

/** For how many hours a previous value is accepted, by the variable that names the secret. */
export const ACCEPTED_HOURS = {
  API_TOKEN_SECRET: 24,
  READ_TOKEN_SECRET: 24,
  /** Longer than any job. */
  JOB_KEY_SECRET: 24,
  /** Links expire before that. */
  LINK_KEY_SECRET: LONGEST_LINK_HOURS,
  /** The primary token may be promoted within this time. */
  TWILIO_TOKEN_SECRET: 24,
  /** SendGrid posts an email again for 72 hours. */
  SENDGRID_PUBLIC_KEY_SECRET: 96,
} as const

export type VerifyingSecret = keyof typeof ACCEPTED_HOURS

const HOUR_MS = 3_600_000

/** Returns until when the previous value is accepted. `rotatedAt` and the result are ms since the epoch. */
export const acceptedUntil = (name: VerifyingSecret, rotatedAt: number): number =>
  rotatedAt + ACCEPTED_HOURS[name] * HOUR_MS
