/** Amazon Bedrock: https://docs.aws.amazon.com/bedrock/latest/userguide/models-get-info.html */
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import * as z from 'zod'
import { credentials } from '../aws.ts'
import { askProvider } from './call.ts'

/** As the gateway signs (lambdas/model-gateway/bedrock.ts). */
const SERVICE = 'bedrock-mantle'

/** Returns the ids of the models that the account can use in a region. Throws a ProviderRefusal if the operator may not ask. */
export async function bedrockModels(region: string): Promise<readonly string[]> {
  const base = process.env.AWS_ENDPOINT_URL || `https://${SERVICE}.${region}.api.aws`
  const url = new URL('/v1/models', base)
  const signer = new SignatureV4({
    ...{ service: SERVICE, region, sha256: Sha256 },
    credentials: await credentials(),
  })
  const { headers } = await signer.sign({
    ...{ method: 'GET', protocol: url.protocol, hostname: url.hostname, path: url.pathname },
    headers: { host: url.host },
  })
  const answer = z.object({ data: z.array(z.object({ id: z.string() })) })
  const asked = { provider: 'Amazon Bedrock', url: url.href, headers, answer }
  return (await askProvider(asked)).data.map(({ id }) => id)
}
