/** Checks of the way to the model: Amazon Bedrock, if it is chosen, and the gateway that sandboxes call. */
import { reasonOf } from '../errors.ts'
import { bedrockModels } from '../providers/bedrock.ts'
import { type Check, fail, ok, Skip, warn } from './check.ts'
import type { Dependencies } from './dependencies.ts'

const ACCESS = 'https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html'

const bedrock = (on: Dependencies): Check => ({
  name: 'Bedrock',
  find: async () => {
    const { modelUpstream, model = '' } = on.validSettings()
    if (modelUpstream !== 'bedrock') throw new Skip('the model is at Anthropic')
    await on.account()
    const { region } = await on.identity()
    const models = await bedrockModels(region)
    if (models.includes(model)) return ok(`${model} can be used in ${region}`)
    const some = models.filter((name) => name.startsWith('anthropic.')).slice(0, 5)
    return fail(
      `The account cannot use ${model} in ${region}.`,
      `Ask for access (${ACCESS}), or choose another model or region${some.length > 0 ? `, such as ${some.join(', ')}` : ''}.`,
    )
  },
})

const TIMEOUT_MS = 15_000

/** From here, because E2B's sandboxes have no other way than this machine: the public internet. */
const gateway = (on: Dependencies): Check => ({
  name: 'model gateway',
  find: async () => {
    const url = await on.output('GatewayUrl')
    const look = 'Look at the alarms and the log of model-gateway.'
    const answered = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
      (cause: unknown) => reasonOf(cause),
    )
    if (typeof answered === 'string') return fail(`${url} cannot be reached: ${answered}.`, look)
    // Without a key of a job it refuses, and so shows that it works.
    if (answered.status >= 500) return fail(`${url} answered ${answered.status}.`, look)
    const health = await modelHealth(on).catch(() => undefined)
    const detail = health?.detail ?? ''
    return health?.state === 'down' || health?.state === 'degraded'
      ? warn(`It answers. ${detail}`, health.cure ?? look)
      : ok(`it answers. ${detail}`.trim())
  },
})

/** Returns what sandboxes have last seen of the model through the gateway. */
async function modelHealth(on: Dependencies) {
  const health = await (await on.client()).get('Dependencies', '/api/health')
  return health.dependencies.find(({ name }) => name === 'model')
}

export const modelChecks = (on: Dependencies): readonly Check[] =>
  [bedrock, gateway].map((check) => check(on))
