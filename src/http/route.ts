/** The routes of a function, declared once: the template, the API document and the function itself read them here. */

/** Who may call a route; checked before anything else is read of the request. */
export type Access =
  /** Anyone. */
  | 'anyone'
  /** The operator's bearer token, or the read-only one. */
  | 'reader'
  /** The operator's bearer token. */
  | 'operator'
  /** A sandbox, by its job token. */
  | 'sandbox'
  /** A provider, by its signature over the request. */
  | 'twilio'
  | 'sendgrid'

/** A method and a path as API Gateway writes them, or what no other route takes. */
export type RouteKey = `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}` | '$default'

export interface Route {
  readonly access: Access
}

export type Routes = Readonly<Partial<Record<RouteKey, Route>>>
