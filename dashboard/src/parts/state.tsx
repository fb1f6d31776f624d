/** The state of a conversation or of a worker: a word with a colour. */
const TONES = {
  running: 'busy',
  recovering: 'warn',
  paused: 'warn',
  waiting: 'warn',
  idle: 'quiet',
  queued: 'quiet',
  working: 'busy',
  stalled: 'warn',
  ok: 'good',
  degraded: 'warn',
  down: 'bad',
  unknown: 'quiet',
  verifying: 'busy',
  held: 'warn',
  reported: 'busy',
  accepted: 'good',
  rejected: 'bad',
  ended: 'quiet',
  done: 'good',
  pending: 'busy',
  refused: 'bad',
  failed: 'bad',
  timeout: 'bad',
  lost: 'bad',
  sending: 'busy',
  sent: 'good',
  delivered: 'good',
  undelivered: 'bad',
  'in doubt': 'warn',
  met: 'good',
  unmet: 'bad',
  unverifiable: 'warn',
  accept: 'good',
  revise: 'warn',
  give_up: 'bad',
  suspicious: 'bad',
} as const

const isKnown = (state: string): state is keyof typeof TONES => state in TONES

export const toneOf = (state: string) => (isKnown(state) ? TONES[state] : 'quiet')

export function State({ of, label = of }: { of: string; label?: string }) {
  return <span class={`state ${toneOf(of)}`}>{label}</span>
}
