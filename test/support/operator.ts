/** The operator of a local Baton that is deployed as if it were in the cloud. */
import type { TestBaton } from './baton.ts'

/** Returns the environment of commands: an account and nothing of this machine's user. `settings` is their baton.json. */
export const operatorOf = ({ aws, e2b }: TestBaton, home: string, settings: string) => ({
  HOME: home,
  BATON_SETTINGS: settings,
  AWS_ENDPOINT_URL: aws.endpoint,
  AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
  AWS_REGION: aws.region,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  E2B_API_URL: e2b.env.E2B_API_URL,
})
