/** `GET Messages.json`: the messages of an account, newest first, a page at a time. */
import { messageJson, type SmsMessage } from './message.ts'

const USUAL_PAGE = 50
const LARGEST_PAGE = 1000

/** What the emulator filters and pages by. */
export const KNOWN_PARAMETERS = ['To', 'From', 'PageSize', 'Page', 'PageToken']

/**
 * Returns one page in Twilio's format. A page token names the last message on the page, so messages that arrive
 * meanwhile do not shift the pages. https://www.twilio.com/docs/usage/twilios-response#pagination
 */
export function listing(
  messages: readonly SmsMessage[],
  query: URLSearchParams,
  accountSid: string,
) {
  const [to, from, token] = ['To', 'From', 'PageToken'].map((name) => query.get(name))
  const size = Math.min(Math.max(Number(query.get('PageSize')) || USUAL_PAGE, 1), LARGEST_PAGE)
  const found = messages
    .toReversed()
    .filter((message) => (!to || message.to === to) && (!from || message.from === from))
  const start = token ? found.findIndex(({ sid }) => `PA${sid}` === token) + 1 : 0
  const shown = found.slice(start, start + size)
  const uri = (page: number, last?: string) => {
    const next = new URLSearchParams(query)
    next.set('PageSize', String(size))
    next.set('Page', String(page))
    if (last) next.set('PageToken', `PA${last}`)
    else next.delete('PageToken')
    return `/2010-04-01/Accounts/${accountSid}/Messages.json?${next}`
  }
  const page = Number(query.get('Page')) || 0
  const more = start + size < found.length
  return {
    messages: shown.map((message) => messageJson(message, accountSid)),
    page,
    page_size: size,
    start,
    end: start + Math.max(shown.length - 1, 0),
    uri: uri(page, token?.slice(2)),
    first_page_uri: uri(0),
    next_page_uri: more ? uri(page + 1, shown.at(-1)?.sid) : null,
    previous_page_uri: null,
  }
}
