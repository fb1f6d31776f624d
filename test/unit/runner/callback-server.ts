/** A callback and an object store over real HTTP, for a runner; it records what it receives. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import * as z from 'zod'
import { type Artifact, artifactList } from '../../../src/contract/artifact-rules.ts'
import {
  heartbeat,
  type Job,
  jobRequest,
  type Result,
  result,
} from '../../../src/contract/runner.ts'

const route = z.enum(['job', 'heartbeat', 'artifacts', 'result'])
type Route = z.infer<typeof route>

/** A response to a request. */
interface Refusal {
  readonly status: number
  readonly body: string
}

const REFUSED = JSON.stringify({ detail: 'Refused here.' })

function refuse(response: ServerResponse, refusal: number | Refusal) {
  const { status, body } =
    typeof refusal === 'number' ? { status: refusal, body: REFUSED } : refusal
  return response.writeHead(status).end(body)
}

export type CallbackServer = Awaited<ReturnType<typeof startCallback>>

const CHECKSUM = 'x-amz-checksum-sha256'
export const sha256Of = (content: Uint8Array) =>
  createHash('sha256').update(content).digest('base64')

/** Returns job `n` to a request with `tokenOf(n)`. */
export const tokenOf = (job: number) => `job-token-canary-${job}`

export async function startCallback() {
  const jobs = new Map<string, Job>()
  /** Jobs for a runner that says that the memory is lost. */
  const forgetful = new Map<string, Job>()
  const objects = new Map<string, Buffer>()
  const uploadHeaders = new Map<string, IncomingMessage['headers']>()
  const fetched: string[] = []
  const activity: string[] = []
  const results: Result[] = []
  /** The lists for which links were requested, one for each request. */
  const asked: Artifact[][] = []
  let beats = 0
  /** Statuses to respond with first, in order. */
  const refusals: Record<Route | 'object', (number | Refusal)[]> = {
    job: [],
    heartbeat: [],
    artifacts: [],
    result: [],
    object: [],
  }

  const hear: Record<Route, (body: unknown) => void> = {
    job() {},
    heartbeat(body) {
      beats++
      activity.push(...heartbeat.parse(body).activity)
    },
    artifacts: (body) => void asked.push(artifactList.parse(body)),
    result: (body) => void results.push(result.parse(body)),
  }

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const [, folder, name = ''] = pathname.split('/')
    const body = await buffer(request)
    const refusal = refusals[folder === 'objects' ? 'object' : route.parse(name)].shift()
    if (refusal) return refuse(response, refusal)
    if (folder === 'objects') return serveObject(request, response, decodeURIComponent(name), body)
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    const job = jobs.get(token)
    if (!job) return response.writeHead(403).end()
    if (name !== 'job') {
      hear[route.parse(name)](JSON.parse(body.toString()))
      if (name === 'artifacts') return response.writeHead(200).end(JSON.stringify(uploadLinks()))
      return response.writeHead(204).end()
    }
    fetched.push(token)
    return response.writeHead(200).end(JSON.stringify(jobFor(token, body)))
  }

  function jobFor(token: string, request: Buffer) {
    const { memoryLost } = jobRequest.parse(JSON.parse(request.toString()))
    return (memoryLost && forgetful.get(token)) || jobs.get(token)
  }

  const uploadLinks = () => ({
    links: asked.at(-1)?.map(({ name, sha256 }) => ({
      name,
      url: objectUrl(name),
      headers: { [CHECKSUM]: sha256 },
    })),
  })

  function serveObject(
    { method, headers }: IncomingMessage,
    response: ServerResponse,
    name: string,
    body: Buffer,
  ) {
    const { [CHECKSUM]: signed = sha256Of(body) } = headers
    if (signed !== sha256Of(body)) return response.writeHead(400).end()
    if (method === 'PUT') {
      objects.set(name, body)
      uploadHeaders.set(name, headers)
    }
    const object = objects.get(name)
    return object ? response.writeHead(200).end(object) : response.writeHead(404).end()
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => response.writeHead(500).end(String(error)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = z.object({ port: z.number() }).parse(server.address())
  const origin = `http://127.0.0.1:${port}`
  const objectUrl = (name: string) =>
    `${origin}/objects/${encodeURIComponent(name)}?signature=secret-canary`
  return {
    url: `${origin}/callback`,
    objectUrl,
    offer: (number: number, job: Job) => jobs.set(tokenOf(number), job),
    offerForgetful: (number: number, job: Job) => forgetful.set(tokenOf(number), job),
    objects,
    uploadedWith: (name: string) => uploadHeaders.get(name),
    fetched,
    activity,
    results,
    asked,
    refusals,
    beats: () => beats,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
