/** A verdict, criterion by criterion, with the evidence that it rests on. */
import type { Finding } from '../../../src/contract/review.ts'
import type { Command } from '../api/types.ts'
import { clean } from '../format.ts'
import { Foreign } from '../parts/foreign.tsx'
import { State } from '../parts/state.tsx'
import { conversation } from '../router.ts'
import { findingsOf } from './entries.ts'
import { openPreview } from './wanted.ts'

interface Props {
  command: Command
  sessionId: string
  /** The mark of the address, if it names this verdict. */
  mark: string
}

export function Verdict({ command, sessionId, mark }: Props) {
  const findings = findingsOf(command)
  const { verdict, workerId, record } = command
  const met = findings.filter(({ status }) => status === 'met').length
  return (
    <section class="verdict" aria-label={`Verdict on ${workerId ?? 'a worker'}`}>
      <p>
        {typeof verdict === 'string' && <State of={verdict} label={verdict.replace('_', ' ')} />}{' '}
        {met} of {findings.length} met
        {record && record.outcome !== OUTCOMES[record.verdict] && ` · ${record.outcome}`}
        {record?.verifier && ` · checked by ${record.verifier.id}`}
      </p>
      {record?.problems?.map((problem) => (
        <p key={problem} class="problem">
          {clean(problem)}
        </p>
      ))}
      <ul>
        {findings.map((finding) => (
          <li
            key={finding.id}
            id={findingId(command, finding.id)}
            class={mark === `${workerId}.${finding.id}` ? 'marked' : ''}
            tabIndex={-1}
          >
            <Evidence finding={finding} sessionId={sessionId} workerId={workerId} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What each verdict leads to if it is followed; that need not be said. */
const OUTCOMES = {
  accept: 'accepted',
  revise: 'revised',
  give_up: 'given up',
  suspicious: 'suspicious',
} as const

/** Returns the id of a finding's element. */
export const findingId = ({ id }: Command, criterion: string) => `finding-${id}-${criterion}`

interface EvidenceProps {
  finding: Finding
  sessionId: string
  workerId: unknown
}

function Evidence({ finding, sessionId, workerId }: EvidenceProps) {
  const { id, status, procedure, command, exitStatus, excerpt, artifact } = finding
  return (
    <>
      <p>
        {typeof workerId === 'string' ? (
          <a href={conversation(sessionId, `${workerId}.${id}`)}>
            <code>{id}</code>
          </a>
        ) : (
          <code>{id}</code>
        )}{' '}
        <State of={status} /> {procedure && clean(procedure)}
      </p>
      {command && (
        <p>
          <code class="ran">{clean(command)}</code>
          {exitStatus !== undefined && <small> exit status {exitStatus}</small>}
        </p>
      )}
      {excerpt && <Foreign text={excerpt} code />}
      {artifact && typeof workerId === 'string' && (
        <button
          type="button"
          class="file"
          onClick={() => openPreview({ sessionId, workerId, name: artifact })}
        >
          <bdi>{clean(artifact)}</bdi>
        </button>
      )}
    </>
  )
}
