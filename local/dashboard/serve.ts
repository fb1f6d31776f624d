/** Serves the built dashboard at `/`, on the API's port, as CloudFront does in the cloud. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { builtFiles } from '../../dashboard/files.ts'
import { HEADERS } from '../../dashboard/headers.ts'
import type { Before } from '../../packages/local-aws/src/http-api.ts'
import { requestUrl } from '../../packages/local-aws/src/loopback.ts'

const PAGE = 'index.html'

/** The page, and its files, whose names are known once it is built. */
const isOfPage = (pathname: string) => pathname === '/' || pathname.startsWith('/assets/')

/**
 * Handles GET and HEAD of the page and its files, which wait until it is built. All other requests go to the API at once.
 * `built` is the folder of the built dashboard.
 */
export function serveDashboard(built: Promise<string>): Before {
  const page = built.then(serveFolder)
  // A failed build is told to everyone who asks for the page.
  page.catch(() => {})
  return async (request, response) => {
    if (!isOfPage(requestUrl(request).pathname)) return false
    const serve = await page.catch((error: Error) => error)
    if (!(serve instanceof Error)) return serve(request, response)
    response.writeHead(500, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' })
    response.end(serve.message)
    return true
  }
}

function serveFolder(folder: string): Before {
  const files = new Map(
    builtFiles(folder).map((file) => [file.name === PAGE ? '/' : `/${file.name}`, file]),
  )
  const cache = new Map<string, Buffer>()
  return async (request, response) => {
    const file = files.get(requestUrl(request).pathname)
    if (file === undefined || !['GET', 'HEAD'].includes(request.method ?? '')) return false
    const { name, contentType, cacheControl } = file
    const content = cache.get(name) ?? gzipSync(readFileSync(path.join(folder, name)))
    cache.set(name, content)
    response.writeHead(200, {
      ...HEADERS,
      'content-type': contentType,
      'content-encoding': 'gzip',
      'content-length': content.length,
      'cache-control': cacheControl,
    })
    response.end(request.method === 'HEAD' ? undefined : content)
    return true
  }
}
