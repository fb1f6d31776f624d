/** Collects the routes that the functions declare. */
import { globSync } from 'node:fs'
import path from 'node:path'
import type { Route, Routes } from '../../src/http/route.ts'

const lambdas = path.resolve(import.meta.dirname, '../../lambdas')

export interface DeclaredRoute {
  /** The folder of its function. */
  readonly fn: string
  /** `GET /api/sessions`. */
  readonly key: string
  readonly route: Route
}

/** Returns the routes of every `lambdas/<function>/routes.ts`, sorted by function. */
export async function declaredRoutes(): Promise<readonly DeclaredRoute[]> {
  const functions = globSync('*/routes.ts', { cwd: lambdas }).map(path.dirname).sort()
  const declared = await Promise.all(
    functions.map(async (fn) => {
      const { routes }: { routes: Routes } = await import(path.join(lambdas, fn, 'routes.ts'))
      return Object.entries<Route | undefined>(routes).flatMap(([key, route]) =>
        route ? [{ fn, key, route }] : [],
      )
    }),
  )
  return declared.flat()
}
