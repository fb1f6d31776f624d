/** Opens the port that people use before anything else is done, and says what to do where it is taken. */
import { createServer } from 'node:net'
import { type Loopback, openLoopback } from '../packages/local-aws/src/loopback.ts'

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another program',
  EACCES: 'is not open to this user',
}

const FIRST_FOR_EVERYBODY = 1024
const LAST = 65_535

/** Opens `port` (0: any free one). Throws an error that names a free one when it cannot be had. */
export async function openApiPort(port: number, log: (line: string) => void): Promise<Loopback> {
  try {
    return await openLoopback(port, log)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? WHY[String(error.code)] : undefined
    if (why === undefined) throw error
    const free = await freeAfter(port)
    const hint = free === undefined ? '' : `, as in \`PORT=${free} npm start\``
    throw new Error(`Port ${port} ${why}. Choose a free one by PORT${hint}.`, { cause: error })
  }
}

async function freeAfter(port: number): Promise<number | undefined> {
  for (let next = Math.max(port + 1, FIRST_FOR_EVERYBODY); next <= LAST; next++)
    if (await isFree(next)) return next
  return undefined
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
