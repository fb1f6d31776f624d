/** Routes that the runner in a sandbox calls. src/contract/runner.ts has the format of their data. */
import { artifactList } from '../../src/contract/artifact-rules.ts'
import { heartbeat, jobRequest, result } from '../../src/contract/runner.ts'
import type { Routes } from '../../src/http/route.ts'

/** A result's two texts of 200,000 characters, as JSON. */
const MAX_BODY = 4 * 1024 * 1024

const MAX_REQUEST = 1024

/** Twenty artifacts with their names and checksums, as JSON. */
const MAX_LIST = 64 * 1024

export const routes = {
  'POST /api/webhooks/sandbox/job': {
    access: 'sandbox',
    internal: true,
    body: { schema: jobRequest, limit: MAX_REQUEST, optional: true },
  },
  'POST /api/webhooks/sandbox/heartbeat': {
    access: 'sandbox',
    internal: true,
    body: { schema: heartbeat, limit: MAX_BODY },
  },
  'POST /api/webhooks/sandbox/artifacts': {
    access: 'sandbox',
    internal: true,
    body: { schema: artifactList, limit: MAX_LIST },
  },
  'POST /api/webhooks/sandbox/result': {
    access: 'sandbox',
    internal: true,
    body: { schema: result, limit: MAX_BODY },
  },
} as const satisfies Routes
