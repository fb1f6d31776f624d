/** Runs `baton` in a terminal, as a person does. */
import { spawn } from '@lydell/node-pty'
import { BIN, type CliRun } from './cli.ts'

/** Returns a terminal that is told to wait for what it shows, and what to type. */
export function openTerminal(words: readonly string[], { env, cwd }: Omit<CliRun, 'input'>) {
  const { PATH, TMPDIR } = process.env
  const all = { PATH, TMPDIR, ...env, TERM: 'xterm' }
  const given = Object.entries(all).filter(([, value]) => value !== undefined)
  const child = spawn(process.execPath, [BIN, ...words], {
    cwd,
    env: Object.fromEntries(given),
    cols: 200,
  })
  let screen = ''
  let printed = ''
  const watchers = new Set<() => void>()
  child.onData((more) => {
    screen += more
    printed += more
    for (const look of watchers) look()
  })
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => resolve(exitCode))
  })
  /** Resolves once a text is shown. Rejects with the screen if the command ends before. */
  const shows = (text: string) => {
    const shown = new Promise<void>((resolve) => {
      const look = () => {
        const at = screen.indexOf(text)
        if (at < 0) return
        // The same question may be drawn again.
        screen = screen.slice(at + text.length)
        watchers.delete(look)
        resolve()
      }
      watchers.add(look)
      look()
    })
    const early = ended.then(() => {
      throw new Error(`It ended before it showed ${text}:\n${screen}`)
    })
    return Promise.race([shown, early])
  }
  return { ended, shows, types: (keys: string) => child.write(keys), printed: () => printed }
}
