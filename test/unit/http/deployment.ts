/** The services behind a function in these tests: a Secrets Manager; all others fail. */
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest'
import * as z from 'zod'

export const OPERATOR = 'operator-token-of-the-test'
export const READER = 'read-token-of-the-test'
export const JOB_KEY = 'job-key-of-the-test'

/** A text in the errors of the failing services, which no response may contain. */
export const INTERNAL = 'role/internal-name'

const secretRequest = z.object({ SecretId: z.string(), VersionStage: z.string().optional() })

/** Sets the environment for the tests of a file, so that their functions' clients use this deployment. */
export function setDeployment() {
  const deployment = {
    secrets: new Map<string, string>(),
    /** Values before the last rotation, and its time in ms since the epoch. */
    previous: new Map<string, { readonly value: string; readonly rotatedAt: number }>(),
    /** How often a secret was read. */
    reads: 0,
    /** Lines that the functions have logged. */
    log: [] as string[],
  }
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1]
    const found =
      operation === 'GetSecretValue'
        ? versionOf(secretRequest.parse(await json(request)))
        : undefined
    deployment.reads += operation === 'GetSecretValue' ? 1 : 0
    response.writeHead(found === undefined ? 400 : 200)
    response.end(
      JSON.stringify(
        found ?? { __type: 'AccessDeniedException', message: `${INTERNAL} may not ${operation}` },
      ),
    )
  })

  function versionOf({ SecretId, VersionStage }: z.infer<typeof secretRequest>) {
    const previous = deployment.previous.get(SecretId)
    const isCurrent = VersionStage === undefined
    const SecretString = isCurrent ? deployment.secrets.get(SecretId) : previous?.value
    if (SecretString === undefined) return undefined
    return { SecretString, ...(previous && { CreatedDate: previous.rotatedAt / 1000 }) }
  }

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('The server has no port.')
    const endpoint = `http://127.0.0.1:${address.port}`
    const environment = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      API_TOKEN_SECRET: 'api-token',
      READ_TOKEN_SECRET: 'read-token',
      JOB_KEY_SECRET: 'job-key',
      LINK_KEY_SECRET: 'link-key',
      TWILIO_TOKEN_SECRET: 'twilio-token',
      SENDGRID_PUBLIC_KEY_SECRET: 'sendgrid-key',
      SESSIONS_TABLE: 'sessions',
      WORKERS_TABLE: 'workers',
      CONVERSATIONS_TABLE: 'conversations',
      BUCKET: 'bucket',
      METRICS_SERVICE: 'Deployment',
      QUEUE_URL: `${endpoint}/queue.fifo`,
      HISTORY_DAYS: '30',
      ROUTES:
        'GET /health,DELETE /api/sessions/{sessionId},GET /api/sessions/{sessionId},POST /api/webhooks/sms',
    }
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  })

  beforeEach(() => {
    deployment.secrets.set('api-token', OPERATOR).set('read-token', READER).set('job-key', JOB_KEY)
    deployment.previous.clear()
    deployment.log.length = 0
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation((line) => {
        deployment.log.push(String(line))
        return true
      })
  })

  afterEach(() => {
    vi.restoreAllMocks()
  })

  afterAll(() => {
    vi.unstubAllEnvs()
    server.close()
  })

  return deployment
}
