/** Errors that callers tell apart. Step Functions' Retry and Catch match them by name. */

/** The session changed in the meantime. The state machine catches it and looks at the item again. */
export class StateChanged extends Error {
  override readonly name = 'StateChanged'
}

/** E2B is at a limit (request rate or number of sandboxes). Wait and try again. */
export class SandboxBusy extends Error {
  override readonly name = 'SandboxBusy'
}

/** E2B could not be reached, or failed in a way that is probably temporary. */
export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable'
  /** The existing sandbox that the call was about. If it keeps failing, another one can take its place. */
  readonly sandboxId: string | undefined

  constructor(
    message: string,
    { sandboxId, ...options }: ErrorOptions & { sandboxId?: string } = {},
  ) {
    super(message, options)
    this.sandboxId = sandboxId
  }
}

/** Too little is left of the sandbox's hour. RenewSandbox pauses it, which starts a new one. */
export class SandboxExpiring extends Error {
  override readonly name = 'SandboxExpiring'
}

/** The sandbox no longer exists. */
export class SandboxGone extends Error {
  override readonly name = 'SandboxGone'
}

/** E2B refused for good, for example because of a wrong key or an unknown template. The operator has to act. */
export class SandboxRefused extends Error {
  override readonly name = 'SandboxRefused'
}
