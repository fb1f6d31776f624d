/** A sender is trusted only if a domain of the same organisation authenticates the email. */
import { describe, expect, test } from 'vitest'
import { authenticSender } from '../../../src/channels/email/authentic.ts'
import { readPost } from '../../../src/channels/email/read-post.ts'
import { CONTENT_TYPE, HEADERS, plainEmail, rawPost } from './samples.ts'

interface Case {
  readonly from: string
  readonly envelope?: string
  readonly spf?: string
  readonly dkim?: string
  readonly headers?: string
}

/** Taken from a post, so that the verdicts are parsed in SendGrid's format. */
async function verdict({ from, envelope, spf = 'none', dkim = 'none', headers = '' }: Case) {
  const email = await readPost(
    rawPost(plainEmail('Hi', `${headers}From: ${from}\n${HEADERS.replace(/^From: .*\n/m, '')}`), {
      envelope: JSON.stringify({ to: ['baton@in.example.com'], from: envelope ?? '' }),
      SPF: spf,
      dkim,
    }),
    CONTENT_TYPE,
  )
  return authenticSender(email)
}

const workspace = '{@corp-example-com.20230601.gappssmtp.com : pass}'

describe('is trusted', () => {
  test.each<[string, Case, string]>([
    [
      'Gmail, by both',
      { from: 'a@gmail.com', envelope: 'a@gmail.com', spf: 'pass', dkim: '{@gmail.com : pass}' },
      'a@gmail.com',
    ],
    [
      'one signed by a subdomain',
      { from: 'a@example.com', dkim: '{@mail.example.com : pass}' },
      'a@example.com',
    ],
    [
      'one of a subdomain signed by the domain',
      { from: 'a@mail.example.com', dkim: '{@example.com : pass}' },
      'a@mail.example.com',
    ],
    [
      'a forwarded one whose signature holds',
      {
        from: 'a@example.com',
        envelope: 'list@example.net',
        spf: 'softfail',
        dkim: '{@example.com : pass}',
      },
      'a@example.com',
    ],
    [
      'a Workspace one by its server',
      { from: 'a@corp.example.com', envelope: 'a@corp.example.com', spf: 'pass', dkim: workspace },
      'a@corp.example.com',
    ],
    [
      'one whose bounces go to a subdomain',
      { from: 'a@example.com', envelope: 'b+1@bounce.example.com', spf: 'pass' },
      'a@example.com',
    ],
    [
      'one with several signatures of which one holds',
      {
        from: 'A@Example.com',
        dkim: '{@example.net : fail, @esp.example.org : pass, @EXAMPLE.com : pass}',
      },
      'a@example.com',
    ],
    [
      'one address named twice',
      { from: 'a@example.com, A@example.com', dkim: '{@example.com : pass}' },
      'a@example.com',
    ],
    [
      'an international domain, as sent in ASCII',
      { from: 'a@bücher.example', dkim: '{@xn--bcher-kva.example : pass}' },
      'a@bücher.example',
    ],
  ])('%s', async (_, email, address) => {
    expect(await verdict(email)).toEqual({ address })
  })
})

describe('is not trusted', () => {
  const evil = { envelope: 'x@evil.example.net', spf: 'pass', dkim: '{@evil.example.net : pass}' }

  test.each<[string, Case]>([
    ['one for which another domain vouches', { from: 'ceo@example.com', ...evil }],
    ['one with that domain as its name', { from: '"ceo@example.com" <x@example.org>', ...evil }],
    [
      'one of a mailing list that broke the signature',
      {
        from: 'a@example.com',
        envelope: 'list@lists.example.net',
        spf: 'pass',
        dkim: '{@example.com : fail, @lists.example.net : pass}',
      },
    ],
    ['two senders, the last one aligned', { from: 'ceo@example.com, x@evil.example.net', ...evil }],
    [
      'two senders, the first one aligned',
      { from: 'x@evil.example.net, ceo@example.com', ...evil },
    ],
    [
      'two fields of senders',
      { from: 'x@evil.example.net', headers: 'From: ceo@example.com\n', ...evil },
    ],
    ['a neighbour under a public suffix', { from: 'a@a.co.uk', dkim: '{@b.co.uk : pass}' }],
    [
      'a neighbour under a private one',
      {
        from: 'a@a.github.io',
        envelope: 'b@b.github.io',
        spf: 'pass',
        dkim: '{@b.github.io : pass}',
      },
    ],
    ['a public suffix itself', { from: 'a@co.uk', dkim: '{@b.co.uk : pass}' }],
    ['one that nothing vouches for', { from: 'a@example.com', envelope: 'a@example.com' }],
    ['a Workspace signature alone', { from: 'a@corp.example.com', dkim: workspace }],
    ['a failed signature', { from: 'a@example.com', dkim: '{@example.com : fail}' }],
    ['an error of a signature', { from: 'a@example.com', dkim: '{@example.com : temperror}' }],
    ['a result that begins like it', { from: 'a@example.com', dkim: '{@example.com : passed}' }],
    ['a soft failure', { from: 'a@example.com', envelope: 'a@example.com', spf: 'softfail' }],
    ['a bounce', { from: 'a@example.com', envelope: '', spf: 'pass' }],
    ['a domain that only ends alike', { from: 'a@example.com', dkim: '{@evilexample.com : pass}' }],
    [
      'a domain that only begins alike',
      { from: 'a@example.com', dkim: '{@example.com.evil.net : pass}' },
    ],
    ['an address without a domain', { from: 'root@localhost', dkim: '{@localhost : pass}' }],
    ['the address of a machine', { from: 'a@[192.0.2.7]', dkim: '{@192.0.2.7 : pass}' }],
    ['a path behind the domain', { from: 'a@evil.example.net/.example.com', ...evil }],
    [
      'results that the email brings along',
      {
        from: 'ceo@example.com',
        headers:
          'Authentication-Results: mx.example.com; dkim=pass header.d=example.com; spf=pass\nReceived-SPF: pass\nX-SPF: pass\n',
        ...evil,
      },
    ],
  ])('%s', async (_, email) => {
    expect(await verdict(email)).toEqual({ problem: expect.any(String) })
  })
})

test('without any address there is nothing to believe', () => {
  const mail = { from: [], envelope: { from: '', to: [] }, spf: 'pass', dkim: [] }
  expect(authenticSender(mail)).toEqual({ problem: 'The email names no sender.' })
})
