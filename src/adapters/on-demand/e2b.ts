/** The parts of E2B's SDK that Baton uses. */
export {
  AuthenticationError,
  InvalidArgumentError,
  NotFoundError,
  RateLimitError,
  Sandbox,
  SandboxError,
  ServiceBusyError,
} from 'e2b'
