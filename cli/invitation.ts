/** Invitations: a text that a second operator signs in with. It holds a token, so it is for one person only. */
import { CliError } from './errors.ts'

export interface Invitation {
  /** The origin of the deployment. */
  readonly url: string
  readonly token: string
}

interface Invited extends Invitation {
  readonly name: string
  readonly access: string
  /** As a phrase, such as `until 2026-12-30`. */
  readonly valid: string
  readonly dashboardUrl?: string | undefined
}

/** Returns the text of an invitation. */
export const invitationText = ({ url, token, name, access, valid, dashboardUrl }: Invited) =>
  `An invitation to Baton, for ${name} alone

You are to be ${access === 'operator' ? 'an operator: you may do everything' : 'a reader: you may see everything and change nothing'}.
The token below is valid ${valid}. Who has it can do what you can do, so keep
this text to yourself, and delete it once you have signed in.

In a checkout of Baton, after npm ci:

  npx baton login --invite <this file>

or paste this text into: npx baton login --invite -
Then npx baton dashboard opens the dashboard${dashboardUrl === undefined ? '' : ` (${dashboardUrl})`}.

address: ${url}
token: ${token}
`

/** Returns what an invitation says. Throws a CliError if the text is none. */
export function readInvitation(text: string): Invitation {
  const [, url] = /^\s*address: (\S+)\s*$/m.exec(text) ?? []
  const [, token] = /^\s*token: (\S+)\s*$/m.exec(text) ?? []
  if (url !== undefined && token !== undefined) return { url, token }
  throw new CliError(
    'This is not an invitation: the lines "address: …" and "token: …" are missing.',
    {
      cure: 'Give the whole text that baton invite has written.',
    },
  )
}
