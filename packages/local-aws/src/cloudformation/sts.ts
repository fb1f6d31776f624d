/** STS: who calls, and roles, which are all the same on one machine. */
import { account } from '../identity.ts'
import type { Credentials } from '../signature.ts'
import { type QueryService, serveQuery } from './query-service.ts'

const HOUR_MS = 3_600_000

/** Every role has the credentials of this start, because permissions are not checked. */
export const stsService = ({ accessKeyId, secretAccessKey }: Credentials) =>
  serveQuery('https://sts.amazonaws.com/doc/2011-06-15/', {
    GetCallerIdentity: () => ({
      Arn: `arn:aws:iam::${account}:user/local`,
      UserId: 'LOCAL',
      Account: account,
    }),
    AssumeRole: (form) => ({
      AssumedRoleUser: { Arn: form.text('RoleArn'), AssumedRoleId: 'LOCAL:local' },
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        SessionToken: 'local',
        Expiration: new Date(Date.now() + HOUR_MS),
      },
    }),
  } satisfies QueryService)
