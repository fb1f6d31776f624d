/** What people are told about failures: what happened, without addresses and names of Baton's insides. */

/** Returns what happened to a run or a leg, by the name of the error; `Error` and `Cause` are in the execution. */
export function failureText(name: string | null | undefined): string {
  switch (name) {
    case 'SandboxRefused':
      return 'E2B refuses to provide a sandbox. Trying again does not help until the operator has checked the secret e2b-api-key and the sandbox template'
    case 'SandboxBusy':
      return 'E2B has no sandbox free'
    case 'SandboxUnavailable':
    case 'SandboxGone':
      return 'the sandbox could not be reached'
    case 'States.Timeout':
    case 'States.HeartbeatTimeout':
      return 'the sandbox stopped responding'
    default:
      return 'an internal error'
  }
}

/** URLs; IP addresses and local or internal hosts, with their ports. */
const ADDRESSES = [
  /\bhttps?:\/\/[^\s"'<>)]+/gi,
  /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?![\w.]*\d)/g,
  /\[[0-9a-f]*:[0-9a-f:]+\](?::\d+)?/gi,
  /\b(?:localhost|[\w-]+(?:\.[\w-]+)*\.(?:amazonaws\.com|api\.aws|on\.aws|internal|local))(?::\d+)?/gi,
]
/** What Claude Code adds about the gateway, which nobody but Baton knows. */
const GATEWAY_HINT = / If it persists, check your inference gateway \([^)]*\)\./g

/** Removes addresses from an error's text. */
export const withoutAddresses = (text: string): string =>
  ADDRESSES.reduce(
    (plain, address) => plain.replaceAll(address, '[address]'),
    text.replaceAll(GATEWAY_HINT, ''),
  )
