/** The dashboard: its files in a bucket behind CloudFront, and the API on the same origin, so that it needs no CORS. */
import { Aws, Duration, Fn, Stack, Validations } from 'aws-cdk-lib'
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  S3OriginAccessControl,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront'
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { CONTENT_SECURITY_POLICY, HEADERS } from '../../dashboard/headers.ts'
import { type Binding, environment } from '../kit/bindings.ts'
import { keptTable } from '../kit/tables.ts'
import type { Resources } from '../resources/index.ts'

/** Findings about the distribution that do not apply, each with the reason. */
const ACKNOWLEDGED = {
  'AwsSolutions-CFR1': 'Operators may be anywhere.',
  'AwsSolutions-CFR2':
    'The files are public, and the API throttles and authenticates by itself. A firewall would cost more than the rest at rest.',
  'AwsSolutions-CFR3': 'The files are the same for everyone. The API logs each request for data.',
  'AwsSolutions-CFR4':
    "CloudFront's own certificate comes with its own choice of TLS versions. A domain of one's own may be stricter.",
}

/**
 * Statuses that CloudFront otherwise keeps for ten seconds, even where it caches nothing and whatever `cache-control` says. A
 * session is not there until its first message has arrived.
 */
const KEPT_ERRORS = [404, 414, 500, 501, 502, 503, 504]

/** A header without a setting of its own at CloudFront. */
const OPENER = 'cross-origin-opener-policy'

export class DashboardSite extends Construct {
  readonly url: string
  /** Where its files go. */
  readonly bucketName: string

  constructor(scope: Construct, id: string, { api, config }: Resources) {
    super(scope, id)
    const bucket = this.#bucket(config.retainData)
    // The interface's optional properties do not allow the class's `undefined`.
    const files = S3BucketOrigin.withOriginAccessControl(bucket as IBucket, {
      originAccessControl: new S3OriginAccessControl(this, 'Access', {
        originAccessControlName: this.#globalName,
      }),
    })
    const page = this.#page()
    const toApi = this.#api(api.url)
    const distribution = new Distribution(this, 'Distribution', {
      defaultRootObject: 'index.html',
      // A new version of the page is seen at once; the names of its other files change with their content.
      defaultBehavior: { ...page, origin: files, cachePolicy: CachePolicy.CACHING_DISABLED },
      additionalBehaviors: {
        'assets/*': { ...page, origin: files, cachePolicy: CachePolicy.CACHING_OPTIMIZED },
        'api/*': toApi,
        'l/*': toApi,
        health: toApi,
        'openapi.json': toApi,
      },
      errorResponses: KEPT_ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      httpVersion: HttpVersion.HTTP2_AND_3,
    })
    for (const [rule, reason] of Object.entries(ACKNOWLEDGED))
      Validations.of(distribution).acknowledge({ id: rule, reason })
    this.url = `https://${distribution.distributionDomainName}`
    this.bucketName = bucket.bucketName
  }

  /** The dashboard's URL, for functions that name it. */
  get address(): Binding {
    return environment('DASHBOARD_URL', this.url)
  }

  /** CloudFront's names belong to the account, not to a region, in which the same stack may exist again. */
  get #globalName(): string {
    return `${Stack.of(this).stackName}-dashboard-${Aws.REGION}`
  }

  #bucket(retainData: boolean): Bucket {
    const bucket = new Bucket(this, 'Files', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: keptTable(retainData).removalPolicy,
      autoDeleteObjects: !retainData,
    })
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'The files are the same for everyone, and hold no data.',
    })
    return bucket
  }

  #page() {
    const headers = new ResponseHeadersPolicy(this, 'Headers', {
      responseHeadersPolicyName: this.#globalName,
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy: CONTENT_SECURITY_POLICY, override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: {
          accessControlMaxAge: Duration.days(365),
          includeSubdomains: true,
          override: true,
        },
      },
      customHeadersBehavior: {
        customHeaders: [{ header: OPENER, value: HEADERS[OPENER], override: true }],
      },
    })
    return {
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: headers,
      compress: true,
    }
  }

  /** Everything that the viewer sends reaches the API, except the name of the host, by which API Gateway finds it. */
  #api(url: string): BehaviorOptions {
    return {
      origin: new HttpOrigin(Fn.select(2, Fn.split('/', url)), {
        readTimeout: Duration.seconds(30),
      }),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    }
  }
}
