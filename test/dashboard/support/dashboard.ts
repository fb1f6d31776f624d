/** Baton with its dashboard, and a browser, for the tests of a file. */
import path from 'node:path'
import { buildDashboard } from '../../../dashboard/build.ts'
import { type TestBaton, type TestOptions, testBaton } from '../../support/baton.ts'
import { type Opened, startBrowser, type TestBrowser } from './browser.ts'

export const root = path.resolve(import.meta.dirname, '../../..')

export interface Dashboard {
  readonly baton: TestBaton
  readonly browser: TestBrowser
  /** Opens a place of the dashboard as the operator, or with another token. */
  visit(place: string, options?: VisitOptions): Promise<Opened>
  close(): Promise<void>
}

interface VisitOptions {
  readonly token?: string
  readonly width?: number
  readonly theme?: 'light' | 'dark'
}

export async function startDashboard(options: TestOptions = {}): Promise<Dashboard> {
  const baton = await testBaton({ dashboard: buildDashboard(root), ...options })
  const browser = await startBrowser()
  return {
    baton,
    browser,
    async visit(place, { token = baton.token, width = 1440, theme = 'light' } = {}) {
      const opened = await browser.open(`${baton.url}/#token=${token}`, {
        viewport: { width, height: width > 700 ? 900 : 740 },
        colorScheme: theme,
      })
      await opened.page.evaluate((there) => {
        location.hash = there
      }, place)
      return opened
    },
    async close() {
      await browser.close()
      await baton.close()
    },
  }
}
