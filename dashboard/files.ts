/** The files of the built dashboard, with the headers that they have on this machine and in the cloud. */
import { readdirSync } from 'node:fs'
import path from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The names of files in this folder change with their content. */
const ASSETS = 'assets/'
const FOREVER = 'public, max-age=31536000, immutable'
/** A browser may keep it, and asks each time whether it is still the same. */
const ASK_FIRST = 'no-cache'

/** Vite's notes about the build. */
const NOTES = '.vite/'

export interface BuiltFile {
  /** Its path below the folder, as in its URL. */
  readonly name: string
  readonly contentType: string
  readonly cacheControl: string
}

/** Returns whether the file with this name never changes. */
export const isAsset = (name: string): boolean => name.startsWith(ASSETS)

/** Returns the files of a folder that `buildDashboard` has returned: the assets, then the page that needs them. */
export function builtFiles(folder: string): readonly BuiltFile[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => path.relative(folder, path.join(each.parentPath, each.name)))
    .map((name) => name.replaceAll(path.sep, '/'))
    .filter((name) => !name.startsWith(NOTES))
    .sort()
  return [...names.filter(isAsset), ...names.filter((name) => !isAsset(name))].map((name) => ({
    name,
    contentType: TYPES[path.extname(name)] ?? 'application/octet-stream',
    cacheControl: isAsset(name) ? FOREVER : ASK_FIRST,
  }))
}
