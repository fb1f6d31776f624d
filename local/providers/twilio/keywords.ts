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

const REPLIES: Readonly<Record<OptOutType, string>> = {
  STOP: 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
  START:
    'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
  HELP: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
}

/**
 * Returns what Twilio itself answers to a message, or undefined if it leaves it to the account. YES is left to the
 * account, because people use it to answer questions.
 */
export function keywordReply(body: string, word = keywordOf(body)): string | undefined {
  return word && body.trim().toUpperCase() !== 'YES' ? REPLIES[word] : undefined
}
