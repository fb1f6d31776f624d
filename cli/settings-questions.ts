/** What `baton init` asks. Every other setting is in docs/settings.md. */
import { type SettingName, settings } from '../lib/settings/schema.ts'

type Values = Readonly<Record<string, unknown>>

export interface SettingQuestion {
  readonly name: SettingName
  readonly message: string
  readonly placeholder: string
  /** Whether to ask, after the answers so far. By default always. */
  readonly applies?: (values: Values) => boolean
  /** Why an answer is needed, if it is asked. */
  readonly required?: string
  /** Returns the setting's value for what was typed. */
  readonly read: (text: string) => unknown
  /** Returns what a person would type for a value. */
  readonly shown: (value: unknown) => string
}

const asText = { read: (text: string) => text, shown: (value: unknown) => String(value ?? '') }

const asList = {
  read: (text: string) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  shown: (value: unknown) => (Array.isArray(value) ? value.join(', ') : ''),
}

/** A budget in dollars for a day; other budgets stay as they are. */
const asDayBudget = {
  read: (text: string) => ({ run: { usd: 10 }, day: { usd: Number(text) } }),
  shown: (value: unknown) => {
    const { data } = settings.shape.budgets.safeParse(value)
    return String(data?.day.usd ?? '')
  },
}

export const SETTING_QUESTIONS: readonly SettingQuestion[] = [
  {
    name: 'people',
    message: 'Who may write to Baton by SMS or email? Numbers, addresses, @domains, with commas',
    placeholder: '+15550100, ada@example.com, @example.org',
    ...asList,
  },
  {
    name: 'budgets',
    message: 'How many dollars may models cost a day? A run may cost 10',
    placeholder: '100',
    // Who has budgets with other parts knows the file, and would lose them here.
    applies: ({ budgets }) => budgets === undefined,
    ...asDayBudget,
  },
  {
    name: 'modelUpstream',
    message: 'Whose models: anthropic (with your key) or bedrock (with your AWS account)?',
    placeholder: 'anthropic',
    ...asText,
  },
  {
    name: 'model',
    message: "Which of Bedrock's models?",
    placeholder: 'anthropic.claude-sonnet-5-5',
    applies: ({ modelUpstream }) => modelUpstream === 'bedrock',
    ...asText,
  },
  {
    name: 'smsNumber',
    message: "Baton's phone number at Twilio (nothing: no SMS)",
    placeholder: '+15550199',
    applies: ({ messagingServiceSid }) => messagingServiceSid === undefined,
    ...asText,
  },
  {
    name: 'twilioAccountSid',
    message: 'The SID of your Twilio account',
    placeholder: 'AC and 32 hexadecimal digits',
    applies: ({ smsNumber, messagingServiceSid }) =>
      (smsNumber ?? messagingServiceSid) !== undefined,
    required: 'SMS needs it. Without SMS: press Ctrl-C, and begin again without a number.',
    ...asText,
  },
  {
    name: 'emailAddress',
    message: "Baton's email address, at a domain that SendGrid receives for (nothing: no email)",
    placeholder: 'baton@in.example.com',
    ...asText,
  },
  {
    name: 'alarmEmail',
    message: 'Who gets emails from alarms? (nothing: nobody)',
    placeholder: 'operator@example.com',
    ...asText,
  },
]

/** Returns what is wrong with what was typed, or undefined. Nothing typed chooses nothing, which is right unless it is required. */
export function problemWith(
  { name, read, required }: SettingQuestion,
  text: string,
): string | undefined {
  if (text.trim() === '') return required
  const { error } = settings.shape[name].safeParse(read(text.trim()))
  return error?.issues[0]?.message
}
