/** The places where secrets belong, for test/commands/canaries.test.ts: everywhere else they are leaks. */

export interface SecretPlace {
  /** The names of canaries. */
  readonly canary: RegExp
  readonly place: RegExp
  readonly why: string
}

const CLI = 'environment of node baton\\.ts'

/** Each of them has a secret, or the test fails. */
export const SECRET_PLACES: readonly SecretPlace[] = [
  {
    canary: /-(key|token)$/,
    place: /^answer of AWS GetSecretValue$/,
    why: 'Secrets Manager gives them to those who may read them',
  },
  {
    canary: /-(key|token)$/,
    place: /^request to AWS PutSecretValue: body$/,
    why: 'Secrets Manager gets them',
  },
  {
    canary: /^(job-signing|link)-key$/,
    place: /^file \S+\/aws\/secrets\.json$/,
    why: 'what the Secrets Manager of this machine has generated',
  },
  {
    canary: /^e2b-api-key$/,
    place: /^request to E2B \w+: header x-api-key$/,
    why: 'E2B asks for its key',
  },
  {
    canary: /^anthropic-api-key$/,
    place: /^request to (Anthropic|model) \w+: header x-api-key$/,
    why: 'Anthropic asks for its key, for models and for messages',
  },
  {
    canary: /^next anthropic-api-key$/,
    place: /^request to Anthropic GET: header x-api-key$/,
    why: 'a new key is checked before the old one is replaced',
  },
  {
    canary: /^twilio-auth-token$/,
    place: /^request to Twilio \w+: header authorization$/,
    why: 'Twilio asks for its token',
  },
  {
    canary: /^sendgrid-api-key$/,
    place: /^request to SendGrid \w+: header authorization$/,
    why: 'SendGrid asks for its key',
  },
  {
    canary: /^wrong$/,
    place: /^request to (E2B|Anthropic) GET: header x-api-key$/,
    why: 'it is checked there',
  },
  {
    canary: /^wrong$/,
    place: /^request to (Twilio|SendGrid|Baton) GET: header authorization$/,
    why: 'it is checked there',
  },
  {
    canary: /^(api-token|invited token)$/,
    place: /^request to Baton \w+: header authorization$/,
    why: 'Baton asks for a token',
  },
  {
    canary: /^(made|invited) token$/,
    place: /^answer of Baton POST$/,
    why: 'who makes a token gets it once',
  },
  {
    canary: /^made token$/,
    place: /^output of tokens create$/,
    why: 'that is what the command is for',
  },
  {
    canary: /^invited token$/,
    place: /^file \S+\/ada\.txt$/,
    why: 'an invitation is for its reader',
  },
  {
    canary: /^invited token$/,
    place: /^file \S+\/\.config\/baton\/credentials\.json$/,
    why: 'who has signed in stays signed in',
  },
  {
    canary: /-(key|token)$/,
    place: new RegExp(`^${CLI}: (E2B|ANTHROPIC|SENDGRID)_API_KEY$`),
    why: 'the operator has put it there, for this process only',
  },
  {
    canary: /^(twilio-auth|api|read)-token$/,
    place: new RegExp(`^${CLI}: (TWILIO_AUTH|BATON|BATON_READ)_TOKEN$`),
    why: 'the operator has put it there, for this process only',
  },
  {
    canary: /^wrong$/,
    place: new RegExp(`^${CLI}: BATON_TOKEN$`),
    why: 'the operator has put it there, for this process only',
  },
  {
    canary: /^AWS key$/,
    place: /^environment of .*: AWS_SECRET_ACCESS_KEY$/,
    why: "the operator's; on this machine functions have the same, and their runtime needs it",
  },
  {
    canary: /^AWS key$/,
    place: /^answer of AWS sts$/,
    why: 'on this machine every role has the same',
  },
  {
    canary: /^AWS key$/,
    place: /^file \S+\/aws\.json$/,
    why: 'for baton trace of the Baton on this machine, for its owner alone',
  },
]
