/** Amazon Bedrock as the upstream. It needs no key, because each request is signed with the function's role. */
import { Sha256 } from '@aws-crypto/sha256-js'
import { fromEnv } from '@aws-sdk/credential-provider-env'
import { SignatureV4 } from '@smithy/signature-v4'
import { env } from '../../src/adapters/environment.ts'

/** https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html; it offers the same Messages API as Anthropic. */
const SERVICE = 'bedrock-mantle'

/** Returns the headers of a POST, including its signature. Lambda puts the role's credentials into the environment. */
export async function signed(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service: SERVICE,
    region: env('AWS_REGION'),
    credentials: fromEnv(),
    sha256: Sha256,
  })
  const request = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { ...headers, host: url.host },
    body,
  })
  return request.headers
}
