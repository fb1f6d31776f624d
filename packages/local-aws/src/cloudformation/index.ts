/** What the CDK's command line asks of an account beside S3: CloudFormation, STS and SSM. */
import type { Service } from '../endpoint.ts'
import type { Credentials } from '../signature.ts'
import { type CloudFormationOptions, cloudFormationService } from './service.ts'
import { ssmService } from './ssm.ts'
import { stsService } from './sts.ts'

/** Returns the services by their names in signatures. */
export function deploymentServices(
  options: Omit<CloudFormationOptions, 'ssm'>,
  credentials: Credentials,
): Readonly<Record<'cloudformation' | 'ssm' | 'sts', Service>> {
  const ssm = new Map<string, string>()
  return {
    cloudformation: cloudFormationService({ ...options, ssm }),
    ssm: ssmService(ssm),
    sts: stsService(credentials),
  }
}
