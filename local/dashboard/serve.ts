/** Serves the built dashboard at `/`, on the API's port, as CloudFront does in the cloud. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import * as z from 'zod'
import { HEADERS } from '../../dashboard/headers.ts'
import type { Before } from '../../packages/local-aws/src/http-api.ts'
import { requestUrl } from '../../packages/local-aws/src/loopback.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    css: z.array(z.string()).default([]),
    assets: z.array(z.string()).default([]),
  }),
)

/** The names of files change with their content. */
const FOREVER = 'public, max-age=31536000, immutable'

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
  const { files } = builtFiles(folder)
  const names = new Map([['/', 'index.html'], ...files.map((name) => [`/${name}`, name] as const)])
  const cache = new Map<string, Buffer>()
  return async (request, response) => {
    const name = names.get(requestUrl(request).pathname)
    if (name === undefined || !['GET', 'HEAD'].includes(request.method ?? '')) return false
    const content = cache.get(name) ?? gzipSync(readFileSync(path.join(folder, name)))
    cache.set(name, content)
    response.writeHead(200, {
      ...HEADERS,
      'content-type': TYPES[path.extname(name)] ?? 'application/octet-stream',
      'content-encoding': 'gzip',
      'content-length': content.length,
      'cache-control': name === 'index.html' ? 'no-cache' : FOREVER,
    })
    response.end(request.method === 'HEAD' ? undefined : content)
    return true
  }
}

/** Returns the files of the built dashboard besides the page itself. */
export function builtFiles(folder: string): { readonly files: readonly string[] } {
  const listed = readFileSync(path.join(folder, '.vite/manifest.json'), 'utf8')
  const chunks = Object.values(manifest.parse(JSON.parse(listed)))
  const files = chunks.flatMap(({ file, css, assets }) => [file, ...css, ...assets])
  return { files: [...new Set(files)] }
}
