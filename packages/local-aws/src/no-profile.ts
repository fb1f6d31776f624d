/** What a person has in `~/.aws` is for the real AWS: it means nothing to SDKs that talk to this machine. */
import { userInfo } from 'node:os'

export const NO_PROFILE = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
} as const

/** An SDK looks for a home even so, and fails where a user has neither `HOME` nor an account, as in containers. */
export const homeFor = (hasAccount = haveAccount()): Record<string, string> =>
  hasAccount ? {} : { HOME: '/nonexistent' }

function haveAccount(): boolean {
  try {
    return userInfo().homedir !== ''
  } catch {
    return false
  }
}
