/** Who may write and be written to, and who tried without being on the list. */
import { useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import { type Polled, usePolled } from '../api/poll.ts'
import { mayChange } from '../api/token.ts'
import type { ListedPerson } from '../api/types.ts'
import { clean, plural } from '../format.ts'
import { useAct } from '../parts/act.ts'
import { Ago } from '../parts/ago.tsx'
import { confirm } from '../parts/dialog.tsx'
import { Pending, Problem } from '../parts/problem.tsx'

const usePeople = (list: 'allowed' | 'unknown') =>
  usePolled(
    list,
    (signal) => call('GET /api/people', { query: { list, limit: 100 }, signal }),
    () => Number.POSITIVE_INFINITY,
  )

const allow = (address: string) => call('PUT /api/people/{address}', { params: { address } })

export function People() {
  const allowed = usePeople('allowed')
  const unknown = usePeople('unknown')
  const refresh = () => {
    allowed.refresh()
    unknown.refresh()
  }
  return (
    <main class="page">
      <header class="head">
        <h1>People</h1>
        <button type="button" onClick={refresh}>
          Refresh
        </button>
      </header>
      <Unknown polled={unknown} refresh={refresh} />
      <Allowed polled={allowed} refresh={refresh} />
    </main>
  )
}

type Page = {
  readonly people: readonly ListedPerson[]
  readonly configured: readonly string[]
  readonly next: string | null
}

interface ListProps {
  polled: Polled<Page>
  refresh: () => void
}

function Unknown({ polled, refresh }: ListProps) {
  const page = polled.value.value
  const { isBusy, problem, act } = useAct()
  if (page?.people.length === 0) return null
  return (
    <section class="card" aria-labelledby="people-unknown">
      <h2 id="people-unknown">Wrote, but are not on the list</h2>
      <Pending of={polled} />
      <ul class="people">
        {page?.people.map(({ address, at, reason, messages }) => (
          <li key={address} data-item tabIndex={-1}>
            <span>
              <bdi>{clean(address)}</bdi>
              <small>
                {messages !== undefined && `${plural(messages, 'message')}, `}
                <Ago at={at} />
                {reason && `: ${clean(reason)}`}
              </small>
            </span>
            {mayChange.value && (
              <button
                type="button"
                disabled={isBusy}
                onClick={async () => (await act(() => allow(address))) && refresh()}
              >
                Allow
              </button>
            )}
          </li>
        ))}
      </ul>
      <Problem text={problem} />
      <More next={page?.next} />
    </section>
  )
}

function Allowed({ polled, refresh }: ListProps) {
  const page = polled.value.value
  const remove = (address: string) =>
    confirm({
      title: `Remove ${clean(address)}?`,
      consequence:
        'Their messages will be ignored, and nothing will be sent to them. What was said stays.',
      verb: 'Remove',
      act: () => call('DELETE /api/people/{address}', { params: { address } }).then(refresh),
    })
  return (
    <section class="card" aria-labelledby="people-allowed">
      <h2 id="people-allowed">May write and be written to</h2>
      <Pending of={polled} />
      {mayChange.value && <Add refresh={refresh} />}
      <ul class="people">
        {page?.configured.map((address) => (
          <li key={address} data-item tabIndex={-1}>
            <span>
              <bdi>{address}</bdi>
              <small>by the configuration</small>
            </span>
          </li>
        ))}
        {page?.people.map(({ address, at, email }) => (
          <li key={address} data-item tabIndex={-1}>
            <span>
              <bdi>{clean(address)}</bdi>
              <small>
                since <Ago at={at} />
                {email && `, also ${clean(email)}`}
              </small>
            </span>
            {mayChange.value && (
              <button type="button" class="danger-quiet" onClick={() => remove(address)}>
                Remove …
              </button>
            )}
          </li>
        ))}
      </ul>
      <More next={page?.next} />
    </section>
  )
}

function Add({ refresh }: { refresh: () => void }) {
  const [address, setAddress] = useState('')
  const { isBusy, problem, act } = useAct()
  const add = async () => {
    if (!(await act(() => allow(address.trim())))) return
    setAddress('')
    refresh()
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (address.trim()) add()
      }}
    >
      <div class="composer">
        <input
          aria-label="Number, email address or @domain"
          placeholder="Number, email or @domain"
          value={address}
          onInput={(event) => setAddress(event.currentTarget.value)}
        />
        <button type="submit" disabled={isBusy || address.trim() === ''}>
          Allow
        </button>
      </div>
      <Problem text={problem} />
    </form>
  )
}

const More = ({ next }: { next: string | null | undefined }) =>
  next ? <p class="quiet">These are the first 100. GET /api/people lists all.</p> : null
