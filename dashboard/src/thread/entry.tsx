/** One entry of a history: a person, the conductor, a worker's report, a notice of Baton, or a receipt. */

import type { Delivery, Entry, Receipt, Worker } from '../api/types.ts'
import { bytes, clean, duration, integer, money, plural } from '../format.ts'
import { At } from '../parts/ago.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { memo } from '../parts/memo.ts'
import { State } from '../parts/state.tsx'
import { conversation } from '../router.ts'
import { CommandCard } from './command.tsx'
import { queuedOf } from './entries.ts'

interface Props {
  entry: Entry
  sessionId: string
  workers: readonly Worker[]
  /** The mark of the address, if it names this entry or something of it. */
  mark: string
  /** Whether it answers an earlier message while a newer one waits. */
  isOlder: boolean
}

export const EntryView = memo(function EntryView(props: Props) {
  const { entry, sessionId, workers, mark, isOlder } = props
  const { seq, role, at, receipt, turnId, commands = [] } = entry
  const kind = receipt ? 'receipt' : role
  return (
    <article
      class={`entry ${kind} ${isMarked(mark) ? 'marked' : ''}`}
      id={`entry-${seq}`}
      data-item
      tabIndex={-1}
      aria-label={`${speakerOf(entry)}, entry ${seq}`}
    >
      <header>
        <b>{speakerOf(entry)}</b>
        <From entry={entry} />
        {isOlder && <State of="waiting" label="older answer" />}
        <span class="links">
          {role === 'conductor' && turnId && <a href={conversation(sessionId, turnId)}>{turnId}</a>}
          <a href={conversation(sessionId, String(seq))}>
            <At at={at} />
          </a>
        </span>
      </header>
      {isOlder && (
        <p class="quiet">
          This answers an earlier message. The newer one is still being worked on.
        </p>
      )}
      {receipt ? <ReceiptView receipt={receipt} text={entry.text} /> : <Text entry={entry} />}
      {commands.map((command) => (
        <CommandCard
          key={command.id}
          command={command}
          sessionId={sessionId}
          worker={workers.find(({ workerId }) => workerId === command.workerId)}
          mark={mark}
        />
      ))}
      <Deliveries entry={entry} />
    </article>
  )
})

/** Whether a mark that names this entry names all of it: its number, or its turn. */
const isMarked = (mark: string) => /^t?\d+$/.test(mark)

function speakerOf({ role, workerId, receipt }: Entry): string {
  if (receipt) return `Receipt of run ${receipt.run}`
  if (role === 'worker') return `Report of ${workerId ?? 'a worker'}`
  return { user: 'Person', conductor: 'Conductor', system: 'Baton' }[role]
}

function From({ entry: { role, channel, sender } }: { entry: Entry }) {
  if (role !== 'user' || (channel === undefined && sender === undefined)) return null
  return (
    <span class="from">
      {channel} {sender && <bdi>{clean(sender)}</bdi>}
    </span>
  )
}

/** Characters of a report that are shown at first: the conductor reads all of it, and says what matters. */
const REPORT = 900

function Text({ entry }: { entry: Entry }) {
  const { role, text, subject, question, files = [] } = entry
  return (
    <>
      {subject && (
        <p class="subject" dir="auto">
          {clean(subject)}
        </p>
      )}
      {text &&
        (role === 'system' && !question ? (
          <Foreign text={text} />
        ) : (
          <Markdown text={text} {...(role === 'worker' && { atFirst: REPORT })} />
        ))}
      {files.length > 0 && (
        <ul class="files" aria-label="Attachments">
          {files.map(({ folder, name, size }) => (
            <li key={`${folder}/${name}`}>
              <bdi>{clean(name)}</bdi> <small>{bytes(size)}</small>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Deliveries({ entry }: { entry: Entry }) {
  const { deliveries = [] } = entry
  const queued = queuedOf(entry)
  if (deliveries.length + queued.length === 0) return null
  return (
    <ul class="deliveries" aria-label="Deliveries">
      {deliveries.map((delivery) => (
        <li key={`${delivery.name} ${delivery.to}`}>
          <DeliveryView delivery={delivery} />
        </li>
      ))}
      {queued.map(({ name, channel, to }) => (
        <li key={`${name} ${to}`}>
          <State of="queued" /> {medium(channel)} to <bdi>{clean(to)}</bdi>
        </li>
      ))}
    </ul>
  )
}

const medium = (channel: Delivery['channel']) => (channel === 'sms' ? 'SMS' : 'email')

function DeliveryView({ delivery }: { delivery: Delivery }) {
  const { channel, to, status, at, segments, problem } = delivery
  return (
    <>
      <State of={status} /> {medium(channel)} to <bdi>{clean(to)}</bdi>
      {segments !== undefined && segments > 1 && `, ${segments} segments`} <At at={at} />
      {problem && <p class="problem">{clean(problem)}</p>}
    </>
  )
}

function ReceiptView({ receipt, text }: { receipt: Receipt; text: string }) {
  const { tokens, estimated, byModel } = receipt
  const all = tokens.input + tokens.output + tokens.cacheRead + tokens.cacheWrite
  return (
    <details>
      <summary>
        {money(receipt.costUsd)} · {plural(receipt.turns, 'turn')} ·{' '}
        {plural(receipt.workers, 'worker')} · {plural(all, 'token')} ·{' '}
        {duration(receipt.sandboxSeconds)} of sandbox time
      </summary>
      <p>{clean(text)}</p>
      <table>
        <thead>
          <tr>
            <th>Model</th>
            <th>Input</th>
            <th>Output</th>
            <th>Cache read</th>
            <th>Cache write</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(byModel).map(([model, used]) => (
            <tr key={model}>
              <td>{model}</td>
              <td>{integer(used.input)}</td>
              <td>{integer(used.output)}</td>
              <td>{integer(used.cacheRead)}</td>
              <td>{integer(used.cacheWrite)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">
        Estimated besides: {money(estimated.sandboxUsd)} for sandboxes, {money(estimated.awsUsd)}{' '}
        for AWS ({plural(estimated.transitions, 'state transition')}).
      </p>
    </details>
  )
}
