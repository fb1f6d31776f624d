/**
 * DynamoDB: dynalite 4.0.0 on LevelDB. It refuses transactions, streams, PartiQL and an UpdateTable that adds an
 * index (see table-updates.ts). It silently ignores ALL_OLD on a failed condition, so that is refused here.
 */
import { mkdirSync } from 'node:fs'
import type { Server, ServerResponse } from 'node:http'
import path from 'node:path'
import { Readable } from 'node:stream'
import dynalite from 'dynalite'
import type { Service } from './endpoint.ts'
import { AwsError } from './json-service.ts'
import { privateSocket } from './private-socket.ts'
import type { ReceivedRequest } from './signature.ts'

export interface Dynalite {
  readonly service: Service
  close(): Promise<void>
}

/** Returns the folder of the database below a state folder. */
export const databaseFolder = (stateDir: string) => path.join(stateDir, 'dynamodb')

/** Starts dynalite on the contents of `stateDir`. A write is in LevelDB before it is acknowledged. */
export async function startDynalite(stateDir: string): Promise<Dynalite> {
  const folder = databaseFolder(stateDir)
  mkdirSync(folder, { recursive: true })
  const server = dynalite({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  const socket = privateSocket(stateDir, 'dynalite')
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(socket.path, resolve)
  })
  const underWay = new Set<Promise<void>>()
  let closing = false
  return {
    service: (request, response) => {
      if (closing) throw new AwsError('InternalServerError', 'DynamoDB is being closed', 500)
      if (request.body.includes('"ReturnValuesOnConditionCheckFailure":"ALL_OLD"')) {
        const message = 'ReturnValuesOnConditionCheckFailure is not implemented on one machine'
        throw new AwsError('ValidationException', message)
      }
      const unprotected = withoutProtection(request)
      const answered = serve(server, unprotected ?? request, response)
      underWay.add(answered)
      return answered.finally(() => underWay.delete(answered))
    },
    close: async () => {
      closing = true
      // A request whose database is closed while it runs would end the process.
      await Promise.allSettled(underWay)
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
      })
      socket.remove()
    },
  }
}

/** Returns the request for a table's description instead of one that only changes its deletion protection, which has no effect. */
function withoutProtection(request: ReceivedRequest): ReceivedRequest | undefined {
  const target = request.headers['x-amz-target'] ?? ''
  if (!target.endsWith('.UpdateTable')) return undefined
  const { TableName, DeletionProtectionEnabled, ...others } = JSON.parse(request.body.toString())
  if (DeletionProtectionEnabled === undefined || Object.keys(others).length > 0) return undefined
  const headers = {
    ...request.headers,
    'x-amz-target': target.replace('UpdateTable', 'DescribeTable'),
  }
  return { ...request, headers, body: Buffer.from(JSON.stringify({ TableName })) }
}

/**
 * Passes the request to the server without a connection, which would double the work of each request. Resolves
 * when the server has answered, even if the client has gone.
 */
function serve(
  server: Server,
  { method, target, headers, body }: ReceivedRequest,
  response: ServerResponse,
): Promise<void> {
  const incoming = Object.assign(new Readable({ read: () => {} }), { method, url: target, headers })
  incoming.push(body)
  incoming.push(null)
  return new Promise((resolve) => {
    // The only members that dynalite uses of a response.
    const answer = {
      statusCode: 200,
      setHeader: (name: string, value: number | string) => response.setHeader(name, value),
      end: (content: string) => {
        response.writeHead(answer.statusCode).end(content)
        resolve()
      },
    }
    server.emit('request', incoming, answer)
  })
}
