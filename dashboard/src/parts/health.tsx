/** The services that Baton depends on: what was last seen of each, and what to do about it. */
import type { Dependency } from '../api/types.ts'
import { clean } from '../format.ts'
import { Ago } from './ago.tsx'
import { State } from './state.tsx'

const LABELS = {
  model: 'Model',
  e2b: 'Sandboxes (E2B)',
  twilio: 'SMS (Twilio)',
  sendgrid: 'Email (SendGrid)',
  dynamodb: 'Data (DynamoDB)',
} as const satisfies Record<Dependency['name'], string>

export function Health({ dependencies }: { dependencies: readonly Dependency[] }) {
  return (
    <section class="card" aria-labelledby="now-health">
      <h2 id="now-health">What Baton depends on</h2>
      <ul class="health">
        {dependencies.map(({ name, state, since, detail, cure }) => (
          <li key={name}>
            <b>{LABELS[name]}</b>
            <State of={state} />
            <span>
              {clean(detail)}
              {since && state !== 'unknown' && (
                <small>
                  {' '}
                  since <Ago at={since} />
                </small>
              )}
              {cure && state !== 'ok' && <p class="cure">{clean(cure)}</p>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
