/**
 * The keywords by which a person stops and restarts messages:
 * https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
 */

const STOP = ['STOP', 'UNSUBSCRIBE', 'END', 'QUIT', 'STOPALL', 'REVOKE', 'OPTOUT', 'CANCEL']
const START = ['START', 'YES', 'UNSTOP']

export type OptOutType = 'STOP' | 'START' | 'HELP'

/** The keyword must be the whole message, in any case: "STOP PLEASE" is an ordinary message. */
export function keywordOf(body: string): OptOutType | undefined {
  const word = body.trim().toUpperCase()
  if (STOP.includes(word)) return 'STOP'
  if (START.includes(word)) return 'START'
  return ['HELP', 'INFO'].includes(word) ? 'HELP' : undefined
}
