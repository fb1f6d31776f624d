/** Keeps SDKs from reading `~/.aws`: it configures the real AWS, not this machine. */
import { userInfo } from 'node:os'

export const NO_PROFILE = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
} as const

/**
 * The SDK looks for a home folder all the same, and fails for a user with neither `HOME` nor an account, as in
 * containers.
 */
export const homeFor = (hasAccount = haveAccount()): Record<string, string> =>
  hasAccount ? {} : { HOME: '/nonexistent' }

function haveAccount(): boolean {
  try {
    return userInfo().homedir !== ''
  } catch {
    return false
  }
}
