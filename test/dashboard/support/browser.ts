/** A real browser from the package registry, whose pages fail the test if they break their own content policy. */
import chromium from '@sparticuz/chromium'
import {
  type Browser,
  type BrowserContextOptions,
  type Page,
  chromium as playwright,
} from 'playwright-core'

export interface Opened {
  readonly page: Page
  /** Violations of the policy, and errors that nothing caught. */
  readonly troubles: readonly string[]
}

export interface TestBrowser {
  /** Opens a page of its own tab and storage. */
  open(url: string, options?: BrowserContextOptions): Promise<Opened>
  close(): Promise<void>
}

export async function startBrowser(): Promise<TestBrowser> {
  const browser: Browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args.filter((arg) => arg !== '--single-process'), '--lang=en'],
    headless: true,
  })
  return {
    async open(url, options = {}) {
      const context = await browser.newContext({ locale: 'en', ...options })
      const page = await context.newPage()
      const troubles: string[] = []
      page.on('pageerror', (error) => troubles.push(`error: ${error.stack ?? error.message}`))
      page.on('console', (message) => {
        if (/Content Security Policy|Trusted/i.test(message.text()))
          troubles.push(`policy: ${message.text()}`)
      })
      page.on('dialog', (dialog) => {
        troubles.push(`dialog: ${dialog.message()}`)
        dialog.dismiss().catch(() => {})
      })
      await page.goto(url)
      return { page, troubles }
    },
    close: () => browser.close(),
  }
}
