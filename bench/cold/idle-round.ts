/** Sends one message with a worker to a deployment of which nothing is warm. */
import path from 'node:path'
import type { Template } from '../../packages/local-aws/src/template.ts'
import { block } from '../../test/support/baton.ts'
import { firstStartsIn, type Start } from '../hops/notes.ts'
import { functionsOf, schedulesOf } from '../observe/deployed.ts'
import { type ObservedBaton, observedBaton } from '../observe/observed-baton.ts'
import { recordProcesses } from '../observe/processes.ts'
import { type ColdWay, coldWay, cpuShare } from './cold-way.ts'
import { openCpuQuotas } from './cpu-quotas.ts'

export interface IdleRound {
  readonly toConductor: ColdWay
  readonly toWorker: ColdWay
  readonly hasQuotas: boolean
}

export interface Deployment {
  readonly template: Template
  /** The folder that holds each function's code in a folder of its name, with no packages above it. */
  readonly code: string
  /** The timed stand-in. */
  readonly claude: string
}

/** Throws if the stand-in was not started for the conductor and for the worker. */
export async function idleRound({ template, code, claude }: Deployment): Promise<IdleRound> {
  const deployed = functionsOf(template)
  const memory = new Map(deployed.map(({ logicalId, memoryMb }) => [logicalId, memoryMb]))
  const scheduled = new Set(schedulesOf(template).map(({ functionId }) => functionId))
  const quotas = openCpuQuotas()
  const { invocations, onStage } = recordProcesses((pid, functionId) =>
    quotas?.limit(pid, cpuShare(memory.get(functionId) ?? 0)),
  )
  const observed = await observedBaton({
    claude,
    onStage,
    variables: {
      // As the template has it for all functions; tests leave it out.
      NODE_OPTIONS: String(deployed[0]?.variables.NODE_OPTIONS ?? ''),
      // Lambda keeps no compiled code from one process to the next.
      NODE_DISABLE_COMPILE_CACHE: '1',
    },
  })
  try {
    observed.baton.aws.replaceCode(({ POWERTOOLS_SERVICE_NAME: name }) =>
      deployed.some(({ service }) => service === name) ? path.join(code, String(name)) : undefined,
    )
    const { posted, calls, starts } = await sendWork(observed)
    const [conductor, worker] = starts
    if (!conductor || !worker) throw new Error('the stand-in was not started for both')
    const hasQuotas = quotas !== undefined
    const functions = new Map(
      deployed
        .filter(({ logicalId }) => !scheduled.has(logicalId))
        .map((each) => [each.logicalId, each]),
    )
    const seen = { posted, calls, invocations, functions, hasQuotas }
    return {
      toConductor: coldWay(seen, [conductor]),
      toWorker: coldWay(seen, [conductor, worker]),
      hasQuotas,
    }
  } finally {
    await observed.close()
    await quotas?.close()
  }
}

/** The worker, and its notes with it, is gone soon after its report was accepted. */
const LOOK_MS = 100

async function sendWork({ baton, observe }: ObservedBaton) {
  let starts: readonly Start[] = []
  const look = setInterval(() => {
    const seen = firstStartsIn(baton.stateDir)
    if (seen.length > starts.length) starts = seen
  }, LOOK_MS)
  try {
    const { posted, calls } = await observe('bench', block('echo done'))
    return { posted, calls, starts }
  } finally {
    clearInterval(look)
  }
}
