/** A state folder belongs to one Baton at a time, and is free again however that one ended. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { lockState } from '../../../local/state-lock.ts'

const MODULE = pathToFileURL(path.resolve(import.meta.dirname, '../../../local/state-lock.ts'))
const URL = 'http://127.0.0.1:3000'

function stateFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lock-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return path.join(folder, 'state')
}

/** Another process that tries to lock the folder, reports the result, and keeps running. */
async function taker(stateDir: string) {
  const script = `
    import { lockState } from ${JSON.stringify(MODULE)}
    let result = 'taken'
    try { lockState(process.argv[1]).answersAt('${URL}') } catch ({ message }) { result = message }
    console.log(JSON.stringify(result))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, stateDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return { child, result: String(JSON.parse(line)) }
}

test('it is refused while it is locked, and free once it is released', () => {
  const stateDir = stateFolder()
  const first = lockState(stateDir)
  expect(() => lockState(stateDir)).toThrow(`process ${process.pid}, still starting`)
  first.answersAt(URL)
  expect(() => lockState(stateDir)).toThrow(`process ${process.pid}, at ${URL}`)
  first.release()
  lockState(stateDir).release()
})

test('a read-only folder is named', () => {
  const stateDir = stateFolder()
  mkdirSync(path.join(stateDir, 'lock.db'), { recursive: true })
  expect(() => lockState(stateDir)).toThrow(`${stateDir} cannot be written`)
})

test('a killed process releases it, and its record is removed', async () => {
  const stateDir = stateFolder()
  const { child, result } = await taker(stateDir)
  expect(result).toBe('taken')
  expect(() => lockState(stateDir)).toThrow(`process ${child.pid}, at ${URL}`)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const next = lockState(stateDir)
  expect(() => lockState(stateDir)).toThrow(`process ${process.pid}, still starting`)
  next.release()
})

test('of many concurrent attempts exactly one succeeds', async () => {
  const stateDir = stateFolder()
  const takers = await Promise.all(Array.from({ length: 8 }, () => taker(stateDir)))
  const results = takers.map((each) => each.result)
  expect(results.filter((each) => each === 'taken')).toHaveLength(1)
  const refusals = results.filter((each) =>
    /already running from this folder: .*stop it/s.test(each),
  )
  expect(refusals).toHaveLength(7)
})
