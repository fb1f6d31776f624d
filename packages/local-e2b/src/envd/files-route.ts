/** E2B's file transfer: `GET /files` downloads, `POST /files` uploads. */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, dirname } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { ApiError, sendJson } from '../json-http.ts'
import type { EnvdConfig } from './config.ts'
import { RpcError, systemCode } from './connect-protocol.ts'
import { resolvePath, userOf } from './paths.ts'

/** Files up to this size are read whole: if a streamed file shrinks, the client waits for the announced length. */
const WHOLE_READ_BYTES = 8 * 1024 * 1024

interface WrittenFile {
  readonly path: string
  readonly name: string
  readonly type: 'file'
}

/** Handles one request to `/files`. */
export async function serveFiles(
  config: EnvdConfig,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const user = url.searchParams.get('username') || userOf(request)
  const path = url.searchParams.get('path')
  const resolved = (given: string) => resolvePath(config, user, given)
  try {
    if (request.method === 'GET') return await download(resolved(path ?? ''), response)
    if (request.method !== 'POST') throw new ApiError(405, `no ${request.method} on /files`)
    refuseMetadata(request)
    sendJson(response, 200, await upload(request, path, resolved))
  } catch (error) {
    throw toApiError(error)
  }
}

async function download(path: string, response: ServerResponse): Promise<void> {
  const stats = await stat(path)
  if (stats.isDirectory()) throw new ApiError(400, `path '${path}' is a directory`)
  const headers = { 'content-type': 'application/octet-stream' }
  if (stats.size <= WHOLE_READ_BYTES) {
    const content = await readFile(path)
    response.writeHead(200, { ...headers, 'content-length': content.length }).end(content)
    return
  }
  response.writeHead(200, headers)
  await pipeline(createReadStream(path), response)
}

async function upload(
  request: IncomingMessage,
  path: string | null,
  resolved: (path: string) => string,
): Promise<WrittenFile[]> {
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data')) return uploadForm(request, type, path, resolved)
  if (!type.startsWith('application/octet-stream'))
    throw new ApiError(
      400,
      `unsupported content type: ${type}, expected multipart/form-data or application/octet-stream`,
    )
  if (path === null) throw new ApiError(400, 'an upload that is not a form needs ?path=')
  return [await uploadBody(request, resolved(path))]
}

async function uploadForm(
  request: IncomingMessage,
  type: string,
  path: string | null,
  resolved: (path: string) => string,
): Promise<WrittenFile[]> {
  const body = await buffer(request)
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } })
    .formData()
    .catch((cause) => {
      throw new ApiError(400, `the form cannot be read: ${cause}`)
    })
  // A part without a file name is one, too, if the link names the file.
  const files = form.getAll('file').map((part) => {
    if (typeof part !== 'string') return part
    if (path === null) throw new ApiError(400, "a part named 'file' has no file name")
    return new File([part], path)
  })
  if (files.length === 0) throw new ApiError(400, "the form has no part named 'file'")
  const written: WrittenFile[] = []
  for (const file of files) {
    const target = resolved(path ?? file.name)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, Buffer.from(await file.arrayBuffer()))
    written.push(describe(target))
  }
  return written
}

async function uploadBody(request: IncomingMessage, target: string): Promise<WrittenFile> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new ApiError(400, `content-encoding '${encoding}' is not supported: use gzip`)
  await mkdir(dirname(target), { recursive: true })
  const file = createWriteStream(target)
  if (encoding === 'gzip') await pipeline(request, createGunzip(), file)
  else await pipeline(request, file)
  return describe(target)
}

const describe = (path: string): WrittenFile => ({ path, name: basename(path), type: 'file' })

function refuseMetadata(request: IncomingMessage): void {
  if (Object.keys(request.headers).some((name) => name.startsWith('x-metadata-')))
    throw new ApiError(501, 'file metadata is not implemented by the local E2B server')
}

function toApiError(error: unknown): unknown {
  if (error instanceof ApiError) return error
  if (error instanceof RpcError) return new ApiError(error.status, error.message)
  const message = error instanceof Error ? error.message : String(error)
  switch (systemCode(error)) {
    case 'ENOENT':
      return new ApiError(404, message)
    case 'ENOTDIR':
    case 'EISDIR':
      return new ApiError(400, message)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ApiError(403, message)
    case 'ENOSPC':
      return new ApiError(507, message)
    default:
      return error
  }
}
