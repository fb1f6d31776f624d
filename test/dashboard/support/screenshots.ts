/** `npm run screenshots`: a picture of every view, on a phone and on a desk, light and dark, in `dist/screenshots`. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildDashboard } from '../../../dashboard/build.ts'
import { startBaton } from '../../../local/baton.ts'
import { converse } from '../../../local/conversation.ts'
import { callApi } from '../../../local/local-api.ts'
import { startBrowser } from './browser.ts'
import { writeSampleData } from './sample-data.ts'
import { ASKING, openView, SAMPLE, SIZES, THEMES, VIEWS } from './views.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const folder = path.join(root, 'dist', 'screenshots')
const token = 'screenshots'

const stateDir = mkdtempSync(path.join(tmpdir(), 'baton-screenshots-'))
const baton = await startBaton({
  root,
  stateDir,
  port: 0,
  token,
  readToken: 'read-only',
  isolation: 'auto',
  variables: {
    BUDGETS: JSON.stringify({ run: { usd: 10 }, day: { usd: 1 }, sender: { turns: 40 } }),
  },
  dashboard: buildDashboard(root),
  log: () => {},
})
const browser = await startBrowser()
try {
  await writeSampleData(baton)
  const [only] = process.argv.slice(2)
  const say = (sessionId: string, content: string) =>
    converse(baton, content, { sessionId, print: () => {}, minutes: 5 })
  await say(SAMPLE, 'Create a test file at /tmp/test.txt with the text Hello World')
  await say(ASKING, '@ask Shall the new page be **blue** or green? | blue, green | blue')
  await callApi(baton, '/local/sms', { from: '+15550177', text: 'Hello, may I?' })
  await callApi(baton, '/local/sms', { from: '+15550100', text: '@hang\n```sh\ndate\n```' })
  mkdirSync(folder, { recursive: true })
  for (const [size, viewport] of Object.entries(SIZES))
    for (const colorScheme of THEMES) {
      const options = { viewport, colorScheme, deviceScaleFactor: size === 'phone' ? 2 : 1 }
      const { page, troubles } = await browser.open(`${baton.url}/#token=${token}`, options)
      for (const [name, view] of Object.entries(VIEWS)) {
        if (only !== undefined && only !== name) continue
        await openView(page, baton.url, view)
        await page.waitForTimeout(600)
        await page.screenshot({ path: path.join(folder, `${name}-${size}-${colorScheme}.png`) })
      }
      if (troubles.length > 0) console.error(troubles)
    }
  console.log(`The pictures are in ${path.relative(process.cwd(), folder)}`)
} finally {
  await browser.close()
  await baton.close()
  rmSync(stateDir, { recursive: true, force: true })
}
process.exit(0)
