/** The body of a request to the API. */

/** Returns JSON as the API takes it: U+FFFD only as an escape, because it stands for bytes sent by mistake. */
export const jsonBody = (body: unknown): string =>
  JSON.stringify(body).replaceAll('\uFFFD', '\\ufffd')
