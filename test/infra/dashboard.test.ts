/** The dashboard in the cloud: public files in a private bucket, and the API on the same origin. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { HEADERS } from '../../dashboard/headers.ts'
import { idIn, propertiesOf, resources } from './support/template.ts'

const behavior = z.object({
  TargetOriginId: z.string(),
  AllowedMethods: z.array(z.string()).default(['GET', 'HEAD']),
  CachePolicyId: z.string(),
  OriginRequestPolicyId: z.string().optional(),
  ResponseHeadersPolicyId: z.string().optional(),
  ViewerProtocolPolicy: z.enum(['redirect-to-https', 'https-only']),
})
const distribution = z.object({
  DistributionConfig: z.object({
    DefaultRootObject: z.string(),
    CustomErrorResponses: z
      .array(z.strictObject({ ErrorCode: z.number(), ErrorCachingMinTTL: z.number() }))
      .default([]),
    DefaultCacheBehavior: behavior,
    CacheBehaviors: z.array(behavior.extend({ PathPattern: z.string() })),
    Origins: z.array(
      z.object({
        Id: z.string(),
        DomainName: z.unknown(),
        OriginAccessControlId: z.string().optional(),
        CustomOriginConfig: z.object({ OriginProtocolPolicy: z.literal('https-only') }).optional(),
      }),
    ),
  }),
})

/** Managed by AWS. */
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'
const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6'
const ALL_BUT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac'

const [found] = propertiesOf('AWS::CloudFront::Distribution', distribution)
if (!found) throw new Error('there is no distribution')
const {
  DefaultCacheBehavior: page,
  CacheBehaviors,
  Origins,
  DefaultRootObject,
  CustomErrorResponses,
} = found[1].DistributionConfig
const origin = ({ TargetOriginId }: z.infer<typeof behavior>) =>
  Origins.find(({ Id }) => Id === TargetOriginId)

test('the page is never older than the bucket, and files that never change are cached', () => {
  expect(DefaultRootObject).toBe('index.html')
  expect(page.CachePolicyId).toBe(CACHING_DISABLED)
  const assets = CacheBehaviors.find(({ PathPattern }) => PathPattern === 'assets/*')
  expect(assets?.CachePolicyId).toBe(CACHING_OPTIMIZED)
  expect(assets?.TargetOriginId).toBe(page.TargetOriginId)
})

test('every public route of the API is on the same origin, uncached, with all that the viewer sends', () => {
  const toApi = CacheBehaviors.filter((each) => origin(each)?.CustomOriginConfig)
  expect(toApi.map(({ PathPattern }) => PathPattern).sort()).toEqual([
    'api/*',
    'health',
    'l/*',
    'openapi.json',
  ])
  for (const each of toApi)
    expect(each).toMatchObject({
      CachePolicyId: CACHING_DISABLED,
      OriginRequestPolicyId: ALL_BUT_HOST,
      ViewerProtocolPolicy: 'https-only',
      AllowedMethods: expect.arrayContaining(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']),
    })
  const yaml = readFileSync(path.resolve(import.meta.dirname, '../../docs/openapi.yaml'), 'utf8')
  const paths = [...yaml.matchAll(/^ {2}\/(\S+):$/gm)].map(([, route = '']) => route)
  expect(paths.length).toBeGreaterThan(10)
  for (const route of paths) expect(route).toMatch(/^(?:api\/|l\/|health$|openapi\.json$)/)
})

test('no error is kept: what is not there now may be there with the next request', () => {
  const kept = new Map(
    CustomErrorResponses.map((each) => [each.ErrorCode, each.ErrorCachingMinTTL]),
  )
  // Without a setting, CloudFront keeps these for ten seconds, whatever the API says.
  for (const status of [404, 414, 500, 501, 502, 503, 504])
    expect([status, kept.get(status)]).toEqual([status, 0])
})

const statement = z.object({
  Effect: z.string(),
  Action: z.union([z.string(), z.array(z.string())]),
  Principal: z.record(z.string(), z.string()),
  Resource: z.unknown(),
  Condition: z.unknown(),
})
const bucketPolicy = z.object({
  Bucket: z.string(),
  PolicyDocument: z.object({ Statement: z.array(statement) }),
})

test('only this distribution reads the files, and nobody writes or lists them', () => {
  expect(origin(page)?.OriginAccessControlId).toBeDefined()
  const files = Object.keys(resources).find(
    (id) => resources[id]?.Type === 'AWS::S3::Bucket' && id.startsWith('Dashboard'),
  )
  const policies = propertiesOf('AWS::S3::BucketPolicy', bucketPolicy).filter(
    ([, { Bucket }]) => idIn(Bucket) === files,
  )
  const allowed = policies.flatMap(([, { PolicyDocument }]) =>
    PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow'),
  )
  expect(allowed).toMatchObject([
    { Action: 's3:GetObject', Principal: { Service: 'cloudfront.amazonaws.com' } },
  ])
  expect(JSON.stringify(allowed[0]?.Condition)).toContain(found[0])
})

const headersPolicy = z.object({
  ResponseHeadersPolicyConfig: z.object({
    SecurityHeadersConfig: z.object({
      ContentSecurityPolicy: z.object({
        ContentSecurityPolicy: z.string(),
        Override: z.literal(true),
      }),
      ContentTypeOptions: z.object({ Override: z.literal(true) }),
      ReferrerPolicy: z.object({ ReferrerPolicy: z.string(), Override: z.literal(true) }),
    }),
    CustomHeadersConfig: z.object({
      Items: z.array(
        z.object({ Header: z.string(), Value: z.string(), Override: z.literal(true) }),
      ),
    }),
  }),
})

test('the page has the same headers as on one machine', () => {
  const [headers] = propertiesOf('AWS::CloudFront::ResponseHeadersPolicy', headersPolicy)
  if (!headers) throw new Error('there is no policy')
  const { SecurityHeadersConfig, CustomHeadersConfig } = headers[1].ResponseHeadersPolicyConfig
  const { ContentSecurityPolicy, ReferrerPolicy } = SecurityHeadersConfig
  const sent = {
    'content-security-policy': ContentSecurityPolicy.ContentSecurityPolicy,
    // What CloudFront sends for ContentTypeOptions.
    'x-content-type-options': 'nosniff',
    'referrer-policy': ReferrerPolicy.ReferrerPolicy,
    ...Object.fromEntries(CustomHeadersConfig.Items.map(({ Header, Value }) => [Header, Value])),
  }
  expect(sent).toEqual(HEADERS)
  for (const each of [page, ...CacheBehaviors.filter((one) => one.PathPattern === 'assets/*')])
    expect(idIn(each.ResponseHeadersPolicyId ?? '')).toBe(headers[0])
})
