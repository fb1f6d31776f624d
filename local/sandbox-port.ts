/**
 * The port that a sandbox takes for the API's. Behind it is what a sandbox needs of the API, and nothing else: a
 * worker that has learned the operator's token gets nowhere with it.
 */
import type { IncomingMessage } from 'node:http'
import { openFilteredPort } from '../packages/local-aws/src/filtered-port.ts'
import { OBJECTS_PATH } from '../packages/local-aws/src/index.ts'
import { type Loopback, requestUrl } from '../packages/local-aws/src/loopback.ts'

/** The callback, which needs a job token, and objects, which need a presigned link. */
const ADMITTED = ['/api/webhooks/sandbox/', OBJECTS_PATH]

const admits = (request: IncomingMessage) =>
  ADMITTED.some((prefix) => requestUrl(request).pathname.startsWith(prefix))

export const openSandboxPort = (
  api: Pick<Loopback, 'handle'>,
  log: (line: string) => void,
): Promise<Loopback> => openFilteredPort(api, admits, log)
