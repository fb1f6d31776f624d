/** Opens a short link: returns the full text of a shortened reply, or redirects to a file. */
import { getLink } from '../../src/adapters/contacts.ts'
import { readEntry } from '../../src/adapters/entries.ts'
import { downloadLink } from '../../src/adapters/objects.ts'
import { deliveryContent } from '../../src/channels/delivery-content.ts'
import { Problem } from '../../src/http/problem.ts'
import { redirect } from '../../src/http/respond.ts'

/** Lifetime of the redirect's link. */
const SECONDS = 300

/**
 * Anyone with the link may read, because it cannot be guessed and expires. These headers keep it out of caches,
 * referrers and search engines.
 */
const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
}

export async function openLink(token: string) {
  const target = /^[A-Za-z0-9_-]{22}$/.test(token) ? await getLink(token) : undefined
  const entry = target?.text && (await readEntry(target.sessionId, target.text.seq))
  if (entry && target?.text)
    return {
      statusCode: 200 as const,
      headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' },
      body: deliveryContent(entry, target.text.name).text,
    }
  if (!target?.file) throw new Problem(404, 'This link is wrong or has expired.')
  const { key, name } = target.file
  const link = await downloadLink(key, { name, seconds: SECONDS })
  if (link === undefined) throw new Problem(404, 'The file behind this link has expired.')
  return redirect(link, HEADERS)
}
