/** Opens the dashboard in the person's browser without showing the token to other users of the machine. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { CliError, reasonOf } from './errors.ts'

/**
 * Opens a page that takes a token from its fragment. An address on a command line could be read in the list of processes,
 * so the browser is given a file that leads there, which only its owner can read. The file is removed `keepMs` after the
 * opener has ended, because an opener may end before the browser has read it. Throws a CliError if no browser can be
 * opened.
 */
export async function openSignedIn(url: string, token: string, keepMs: number): Promise<void> {
  // A visible folder of the home: browsers in a sandbox of their own (snap) see neither /tmp nor hidden folders.
  const folder = mkdtempSync(path.join(homedir(), 'baton-sign-in-'))
  const removed = () => rmSync(folder, { recursive: true, force: true })
  const interrupted = () => {
    removed()
    process.exit(INTERRUPTED)
  }
  for (const signal of SIGNALS) process.once(signal, interrupted)
  try {
    const file = path.join(folder, 'index.html')
    const target = `${url}/#token=${encodeURIComponent(token)}`
    writeFileSync(file, leadingTo(target), { mode: 0o600, flag: 'wx' })
    await open(file)
    await wait(keepMs)
  } finally {
    removed()
    for (const signal of SIGNALS) process.off(signal, interrupted)
  }
}

const INTERRUPTED = 130
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A script in JSON cannot end early: `<` is escaped. */
const leadingTo = (target: string) =>
  `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<title>Baton</title>
<script>location.replace(${JSON.stringify(target).replaceAll('<', String.raw`\u003c`)})</script>
`

/** Starts the browser. Its opener ends once the browser has the file, or with the browser. */
async function open(file: string): Promise<void> {
  const opener = process.env.BROWSER || (process.platform === 'darwin' ? 'open' : 'xdg-open')
  const cure = 'Open the address above, and sign in there with your token. BROWSER names a browser.'
  const child = spawn(opener, [file], { stdio: 'ignore' })
  try {
    const [status] = await once(child, 'close')
    if (status !== 0) throw new CliError(`${opener} could not open the browser.`, { cure })
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    throw new CliError(`${opener} cannot be started: ${reasonOf(cause)}.`, { cure, cause })
  }
}
