/**
 * Takes the place of `@aws-sdk/credential-provider-node` in bundles. Lambda gives a function its credentials in the
 * environment and nowhere else. The chain that looks for them in eight places is a seventh of a bundle.
 */
import { fromEnv } from '@aws-sdk/credential-provider-env'

export const defaultProvider = () => fromEnv()
