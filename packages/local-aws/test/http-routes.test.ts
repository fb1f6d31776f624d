/** Routes are chosen by API Gateway's order of preference. */
import { expect, test } from 'vitest'
import { chooseRoute, routePattern } from '../src/http-routes.ts'

const routes = [
  '$default',
  'ANY /{proxy+}',
  'GET /{proxy+}',
  'GET /items/{id}',
  'ANY /items/{id}',
  'GET /items/new',
  'POST /items',
  'GET /items/{id}/files/{path+}',
].map(routePattern)

test.each([
  ['GET', '/items/new', 'GET /items/new', {}],
  ['GET', '/items/7', 'GET /items/{id}', { id: '7' }],
  ['PUT', '/items/7', 'ANY /items/{id}', { id: '7' }],
  ['PUT', '/items/new', 'ANY /items/{id}', { id: 'new' }],
  ['POST', '/items', 'POST /items', {}],
  ['GET', '/items', 'GET /{proxy+}', { proxy: 'items' }],
  ['GET', '/items/', 'GET /{proxy+}', { proxy: 'items/' }],
  ['PUT', '/items/7/8', 'ANY /{proxy+}', { proxy: 'items/7/8' }],
  ['GET', '/items/7/files/a/b%20c', 'GET /items/{id}/files/{path+}', { id: '7', path: 'a/b c' }],
  ['GET', '/items/%E0%A4%A', 'GET /items/{id}', { id: '%E0%A4%A' }],
  ['GET', '/', '$default', {}],
])('%s %s takes %s', (method, path, routeKey, pathParameters) => {
  expect(chooseRoute(routes, method, path)?.taken).toEqual({ routeKey, pathParameters })
})

test('without a default route, a request that matches no route has none', () => {
  expect(chooseRoute([routePattern('GET /a')], 'POST', '/a')).toBeUndefined()
})
