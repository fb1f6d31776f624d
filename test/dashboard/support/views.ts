/** Every view of the dashboard, by the address that leads there. */
import type { Page } from 'playwright-core'

/** The session in which the sample message was answered, and the one that waits for an answer. */
export const SAMPLE = 'main'
export const ASKING = 'asking'

interface View {
  readonly place: string
  /** What is there once the view is. */
  readonly ready: string
  /** What is pressed there. */
  readonly keys?: string
}

/** Opens a view in a page that has signed in. */
export async function openView(page: Page, url: string, { place, ready, keys }: View) {
  await page.goto(`${url}/${place}`)
  if (keys !== undefined) await page.keyboard.press(keys)
  await page.locator(ready).first().waitFor({ timeout: 60_000 })
}

/** Those that open over another one come last, because they stay open. */
export const VIEWS: Readonly<Record<string, View>> = {
  home: { place: '#/', ready: '.question' },
  now: { place: '#/now', ready: '.card' },
  conversations: { place: '#/conversations', ready: '.session' },
  conversation: { place: `#/conversations/${SAMPLE}`, ready: '.entry.receipt' },
  answered: { place: '#/conversations/old-0', ready: '.markdown table' },
  asking: { place: `#/conversations/${ASKING}`, ready: '.question' },
  linked: { place: '#/conversations/old-0#w1.C2', ready: '.verdict .marked' },
  worker: { place: `#/conversations/${SAMPLE}/workers/w1`, ready: '.leg' },
  people: { place: '#/people', ready: '.people li' },
  usage: { place: '#/usage', ready: '.chart' },
  new: { place: '#/new', ready: '.composer' },
  palette: { place: '#/', ready: '.palette [role=option]', keys: 'Control+k' },
}

export const SIZES = { phone: { width: 360, height: 740 }, desk: { width: 1440, height: 900 } }
export const THEMES = ['light', 'dark'] as const
