/** The failures that a caller can tell apart. Their names are what Step Functions' Retry and Catch match. */

/** What a step came for has changed: look at the item again. Caught by the state machine, which goes to TakeMessages. */
export class StateChanged extends Error {
  override readonly name = 'StateChanged'
}

/** E2B wants us to wait: a rate limit, or no free sandbox. Waiting, not failing. */
export class SandboxBusy extends Error {
  override readonly name = 'SandboxBusy'
}

/** E2B could not be reached or failed in a way that can pass. */
export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable'
}

/** The sandbox is not there any more. */
export class SandboxGone extends Error {
  override readonly name = 'SandboxGone'
}

/** E2B refused for good: a wrong key, an unknown template. The operator has to act. */
export class SandboxRefused extends Error {
  override readonly name = 'SandboxRefused'
}
