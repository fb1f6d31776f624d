/** Emails of programs are distinguished from those of people. */
import { describe, expect, test } from 'vitest'
import { automaticReason } from '../../../src/channels/email/automatic.ts'
import { readPost } from '../../../src/channels/email/read-post.ts'
import { CONTENT_TYPE, HEADERS, parsedPost } from './samples.ts'

const OWN = ['Baton@in.example.com', '@notices.example.com']

/** Returns the reason for an email with these header lines. */
async function reason(lines: string, envelopeFrom = 'ann@example.com') {
  const from = /^From:/m.test(lines) ? HEADERS.replace(/^From: .*\n/m, '') : HEADERS
  const envelope = JSON.stringify({ to: ['baton@in.example.com'], from: envelopeFrom })
  const email = await readPost(parsedPost({ headers: `${lines}\n${from}`, envelope }), CONTENT_TYPE)
  return automaticReason(email, OWN)
}

describe('a program wrote an email with', () => {
  test.each([
    ['Return-Path: <>'],
    ['Auto-Submitted: auto-replied'],
    ['auto-submitted: Auto-Generated; owner-email="a@example.com"'],
    ['Auto-Submitted: auto-notified'],
    ['Precedence: bulk'],
    ['Precedence: LIST'],
    ['Precedence: junk'],
    ['Precedence: auto_reply'],
    ['List-Id: Friends <friends.example.com>'],
    ['List-Unsubscribe: <mailto:leave@example.com>'],
    ['List-Post: NO'],
    ['X-Autoreply: yes'],
    ['X-Autorespond: Out of office'],
    ['Content-Type: multipart/report; report-type=delivery-status; boundary=b'],
    ['Content-Type: Multipart/Report'],
    ['From: MAILER-DAEMON@example.com'],
    ['From: Mail <mailer-daemon@example.com>'],
    ['From: postmaster@example.com'],
    ['From: no-reply@example.com'],
    ['From: NoReply@example.com'],
    ['From: no_reply+7@example.com'],
    ['From: noreply-orders@example.com'],
    ['From: orders-noreply@example.com'],
    ['From: do_not_reply@example.com'],
    ['From: donotreply@example.com'],
    ['From: baton@in.example.com'],
    ['From: baton+token@in.example.com'],
    ['From: anything@notices.example.com'],
    ['From: ann@example.com, baton@in.example.com'],
  ])('%s', async (lines) => {
    expect(await reason(lines)).toEqual(expect.any(String))
  })

  test('an empty envelope', async () => {
    expect(await reason('', '')).toContain('bounce')
    expect(await reason('', '<>')).toContain('bounce')
  })
})

describe('a person may have written an email with', () => {
  test.each([
    ['Return-Path: <ann@example.com>'],
    ['Auto-Submitted: no'],
    ['Auto-Submitted: No (by hand)'],
    ['Precedence: first-class'],
    ['X-Auto-Response-Suppress: All'],
    ['X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply'],
    ['X-Autoreply: no'],
    ['Content-Type: multipart/alternative; boundary=report'],
    ['From: ann@example.com'],
    ['From: noreen@example.com'],
    ['From: "no-reply" <ann@example.com>'],
    ['From: reply@example.com'],
    ['From: ann@in.example.com'],
    ['From: baton@example.com'],
    ['From: ann@sub.notices.example.com'],
  ])('%s', async (lines) => {
    expect(await reason(lines)).toBeUndefined()
  })
})
