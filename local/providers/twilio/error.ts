/** The errors of Twilio's API, as its client reads them: https://www.twilio.com/docs/api/errors */

const ERRORS = {
  20001: [400, 'Invalid parameter: this stand-in does not know it'],
  20003: [401, 'Authenticate'],
  20404: [404, 'The requested resource was not found'],
  20429: [429, 'Too Many Requests'],
  20500: [500, 'An internal server error has occurred'],
  21211: [400, "The 'To' number is not a valid phone number"],
  21602: [400, 'Message body is required'],
  21603: [400, "A 'From' phone number is required"],
  21604: [400, "A 'To' phone number is required"],
  21606: [400, "The 'From' phone number is not a valid, SMS-capable number of your account"],
  21610: [400, 'Attempt to send to unsubscribed recipient'],
  21617: [400, 'The concatenated message body exceeds the 1600 character limit'],
  21701: [400, 'The Messaging Service does not exist'],
  21623: [400, 'Number of media files exceeds allowed limit'],
} as const satisfies Record<number, readonly [status: number, message: string]>

export type ErrorCode = keyof typeof ERRORS

export function errorOf(code: ErrorCode) {
  const [status, message] = ERRORS[code]
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }
}
