/** Serves a JsonService over HTTP as AWS does, so that the real SDK client can be the test's hand. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { AwsError, type JsonService } from '../../../local/aws/json-service.ts'

function answer(service: JsonService, target: string, body: string): [number, unknown] {
  try {
    const operation = service[target.replace(/^.*\./, '')]
    if (operation === undefined) throw new AwsError('UnknownOperationException', target)
    return [200, operation(JSON.parse(body) as never)]
  } catch (error) {
    if (!(error instanceof AwsError)) return [500, { message: String(error) }]
    return [error.status, { __type: error.type, message: error.message }]
  }
}

/** The server's address, and how to end it. */
export async function serve(service: JsonService) {
  const server = createServer(async (request, response) => {
    const target = String(request.headers['x-amz-target'])
    const [status, value] = answer(service, target, await text(request))
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
    response.end(JSON.stringify(value))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { endpoint: `http://127.0.0.1:${port}`, close: () => server.close() }
}
