/** The type of a function's routes, which are declared once for the template, the API document and the function itself. */

/** Who may call a route. This is checked before the rest of the request is read. */
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

/** A method and a path in API Gateway's format, or the route for everything else. */
export type RouteKey = `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}` | '$default'

export interface Route {
  readonly access: Access
}

export type Routes = Readonly<Partial<Record<RouteKey, Route>>>
