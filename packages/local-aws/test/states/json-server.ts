/** Serves a JsonService over HTTP as AWS does, for tests with the real SDK client. */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { AwsError } from '../../src/json-service.ts'

type Service = Readonly<Record<string, (input: unknown) => unknown>>

function answer(service: Service, target: string, body: string): [number, unknown] {
  try {
    const operation = service[target.replace(/^.*\./, '')]
    if (operation === undefined) throw new AwsError('UnknownOperationException', target)
    return [200, operation(JSON.parse(body))]
  } catch (error) {
    if (!(error instanceof AwsError)) return [500, { message: String(error) }]
    return [error.status, { __type: error.type, message: error.message }]
  }
}

/** Returns the server's URL and a function that closes it. */
export async function serve(service: Service) {
  const server = createServer(async (request, response) => {
    const target = String(request.headers['x-amz-target'])
    const [status, value] = answer(service, target, await text(request))
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
    response.end(JSON.stringify(value))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return { endpoint: `http://127.0.0.1:${address.port}`, close: () => server.close() }
}
