/** The signs of the views. */
const PATHS = {
  home: 'M8 2.5v7M8 12.6v.9',
  now: 'M1.5 8.5h3l2-5 3 9 2-4h3',
  conversations: 'M2 3h12v8H7l-3.2 2.8V11H2z',
  people:
    'M8 8a2.7 2.7 0 1 0 0-5.4a2.7 2.7 0 0 0 0 5.4M2.8 13.8c.6-3 2.7-4.3 5.2-4.3s4.6 1.3 5.2 4.3',
  usage: 'M2.5 13.5v-5M6.2 13.5v-9M9.8 13.5v-6M13.5 13.5V3',
  leave: 'M6 2.5H3v11h3M7 8h6.5M11 5.5 13.5 8 11 10.5',
} as const

export type IconName = keyof typeof PATHS

export const Icon = ({ name }: { name: IconName }) => (
  <svg class="sign" viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
)
