/** A command of the conductor as a card: its id, what it asks for, and what came of it. */
import type { Command, Worker } from '../api/types.ts'
import { firstLine } from '../format.ts'
import { Foreign } from '../parts/foreign.tsx'
import { State } from '../parts/state.tsx'
import { conversation } from '../router.ts'
import { findingsOf } from './entries.ts'
import { Verdict } from './verdict.tsx'
import { WorkerCard } from './worker.tsx'

/** In words; a command that is not here is shown by its type. */
const TITLES: Readonly<Record<string, string>> = {
  SPAWN_WORKER: 'Starts a worker',
  MESSAGE_WORKER: 'Sends a worker on',
  KILL_WORKER: 'Ends a worker',
  REVIEW_WORKER: 'Judges a worker',
  SEND_EMAIL: 'Sends an email',
  SEND_SMS: 'Sends an SMS',
  DELIVER_FILE: 'Delivers files',
  LIST_WORKERS: 'Lists its workers',
  ASK_PERSON: 'Asks a question',
  KEEP_QUESTION: 'Keeps a question open',
  MALFORMED: 'Wrote a command that cannot be read',
}

/** Fields that the card shows by other means. */
const SHOWN = new Set(['id', 'type', 'status', 'outcome', 'workerId'])

/** The field that says most about a command. */
const GIST = ['task', 'instructions', 'question', 'message', 'body', 'reason', 'problem'] as const

interface Props {
  command: Command
  sessionId: string
  worker: Worker | undefined
  /** The mark of the address, if it names something of this entry. */
  mark: string
}

export function CommandCard({ command, sessionId, worker, mark }: Props) {
  const { id, type, status, outcome, workerId } = command
  const gist = GIST.map((name) => command[name]).find((value) => typeof value === 'string')
  const fields = Object.entries(command).filter(([name]) => !SHOWN.has(name))
  return (
    <article
      class={`command ${mark === id ? 'marked' : ''}`}
      id={`command-${id}`}
      tabIndex={-1}
      aria-label={`Command ${id}`}
    >
      <details>
        <summary>
          <code class="id">{id}</code>
          <b>{TITLES[type] ?? type}</b>
          {typeof workerId === 'string' && <code>{workerId}</code>}
          <span class="gist">{firstLine(String(gist ?? command.to ?? ''))}</span>
          {status !== 'done' && <State of={status} />}
        </summary>
        <dl class="fields">
          {fields.map(([name, value]) => (
            <Field key={name} name={name} value={value} />
          ))}
          {outcome && <Field name="outcome" value={outcome} />}
        </dl>
        <p class="pad-line">
          <a href={conversation(sessionId, id)}>Link to {id}</a>
        </p>
      </details>
      {(status === 'refused' || status === 'failed') && outcome && (
        <p class="problem">{firstLine(outcome)}</p>
      )}
      {findingsOf(command).length > 0 && (
        <Verdict command={command} sessionId={sessionId} mark={mark} />
      )}
      {type === 'SPAWN_WORKER' && status === 'done' && typeof workerId === 'string' && (
        <WorkerCard sessionId={sessionId} workerId={workerId} known={worker} />
      )}
    </article>
  )
}

function Field({ name, value }: { name: string; value: unknown }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {Array.isArray(value) ? (
          <ul>
            {value.map((each, i) => (
              <li key={`${i}`}>
                <Foreign text={textOf(each)} />
              </li>
            ))}
          </ul>
        ) : (
          <Foreign text={textOf(value)} />
        )}
      </dd>
    </>
  )
}

const textOf = (value: unknown) =>
  typeof value === 'string' ? value : JSON.stringify(value, null, 1)
