/** Short links that need no token and cannot be guessed, for people who write by SMS or email. */
import { createHmac } from 'node:crypto'
import type { DeliveredFile } from '../channels/delivery.ts'
import { type LinkTarget, putLink } from './contacts.ts'
import { env } from './environment.ts'
import { secret } from './secrets.ts'

/** 132 bits. */
const TOKEN_LENGTH = 22

export interface ShortLink {
  readonly url: string
  /** Activates the link. Calling it again extends the link's lifetime. */
  open(): Promise<void>
}

/** Returns the link to the full text of a delivery, which is always the same. */
export const linkToText = (sessionId: string, seq: number, name: string) =>
  link(`text ${sessionId} ${seq} ${name}`, { sessionId, text: { seq, name } })

/** Returns the link to a file that a worker handed over. */
export const linkToFile = (sessionId: string, { key, name }: DeliveredFile) =>
  link(`file ${key}`, { sessionId, file: { key, name } })

async function link(what: string, target: Omit<LinkTarget, 'expires'>): Promise<ShortLink> {
  const hmac = createHmac('sha256', await secret('LINK_KEY_SECRET'))
  const token = hmac.update(what).digest('base64url').slice(0, TOKEN_LENGTH)
  const expires = Math.floor(Date.now() / 1000) + env('LINK_DAYS') * 86_400
  return {
    url: `${env('PUBLIC_URL')}/l/${token}`,
    open: () => putLink(token, { ...target, expires }),
  }
}
