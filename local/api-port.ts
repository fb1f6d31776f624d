/** Opens the API's port before anything else starts. If it is in use, the error says what to do. */
import { type Loopback, openLoopback } from '../packages/local-aws/src/loopback.ts'

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another program',
  EACCES: 'is not allowed for this user',
}

const FIRST_UNPRIVILEGED = 1024
const LAST = 65_535

/** Opens `port` (0 for any free one). If that fails, throws an error that names a free port. */
export async function openApiPort(port: number, log: (line: string) => void): Promise<Loopback> {
  try {
    return await open(port, log)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? WHY[String(error.code)] : undefined
    if (why === undefined) throw error
    const free = await freeAfter(port)
    const hint = free === undefined ? '' : `, for example \`PORT=${free} npm start\``
    throw new Error(`Port ${port} ${why}. Choose another one with PORT${hint}.`, { cause: error })
  }
}

async function freeAfter(port: number): Promise<number | undefined> {
  for (let next = Math.max(port + 1, FIRST_UNPRIVILEGED); next <= LAST; next++)
    if (await isFree(next)) return next
  return undefined
}

const isFree = (port: number) =>
  open(port, () => {}).then(
    async (opened) => {
      await opened.close()
      return true
    },
    () => false,
  )

/** On both addresses that `localhost` may mean. */
const open = (port: number, log: (line: string) => void) =>
  openLoopback(port, log, { bothFamilies: true })
