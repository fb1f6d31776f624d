/** Makes a link that shows a conversation to somebody without a token. */
import { useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import { useAct } from '../parts/act.ts'
import { At } from '../parts/ago.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Problem } from '../parts/problem.tsx'

const HOURS = { 'one hour': 1, 'one day': 24, 'one week': 168 } as const

interface Made {
  readonly url: string
  readonly expiresAt: string
}

export function ShareDialog({ sessionId, onClose }: { sessionId: string; onClose: () => void }) {
  const [made, setMade] = useState<Made>()
  const [wasCopied, setCopied] = useState(false)
  const { isBusy, problem, act } = useAct()
  const make = (expiresInHours: number) =>
    act(async () => {
      const params = { sessionId }
      const body = { expiresInHours }
      setMade(await call('POST /api/sessions/{sessionId}/links', { params, body }))
    })
  return (
    <Dialog title="Share this conversation" onClose={onClose} class="narrow">
      <p>
        Whoever has the link can read this conversation with its workers and files, and change
        nothing. It cannot be taken back, except by deleting the conversation.
      </p>
      {made ? (
        <>
          <div class="composer">
            <input
              aria-label="Link"
              readOnly
              value={made.url}
              onFocus={(event) => event.currentTarget.select()}
            />
            <button
              type="button"
              class="primary"
              onClick={() => navigator.clipboard.writeText(made.url).then(() => setCopied(true))}
            >
              {wasCopied ? 'Copied' : 'Copy'}
            </button>
          </div>
          <p class="quiet">
            It works until <At at={made.expiresAt} />.
          </p>
        </>
      ) : (
        <div class="choices">
          {Object.entries(HOURS).map(([label, hours]) => (
            <button key={label} type="button" disabled={isBusy} onClick={() => make(hours)}>
              For {label}
            </button>
          ))}
        </div>
      )}
      <Problem text={problem} />
    </Dialog>
  )
}
