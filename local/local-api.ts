/** Requests of this machine's commands to the Baton that runs on it. */
import { jsonBody } from '../src/contract/json-body.ts'

export interface Server {
  readonly url: string
  readonly token: string
}

/**
 * Requests a route of the API, by POST if there is a body, and returns the JSON. Throws an error that says what to do if
 * no Baton is running, or what it answered if that is not a success.
 */
export async function callApi(
  { url, token }: Server,
  route: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`${url}${route}`, {
    headers: { authorization: `Bearer ${token}` },
    ...(body && { method: 'POST', body: jsonBody(body) }),
  }).catch((cause: unknown) => {
    const message = `No Baton is running at ${url}: run "npm start" in another terminal first.`
    throw new Error(message, { cause })
  })
  if (response.status === 401)
    throw new Error(
      'The Baton that is running has another token. Give this command the same BATON_TOKEN, or run it in the same checkout.',
    )
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`)
  return response.json()
}
