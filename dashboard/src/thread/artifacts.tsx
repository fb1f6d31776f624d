/** The files that a worker handed over: their beginning in a dialog, and a link to all of it. */
import { useEffect } from 'preact/hooks'
import type { WorkerDetail } from '../api/types.ts'
import { bytes, clean } from '../format.ts'
import { lazy } from '../parts/lazy.tsx'
import { place } from '../router.ts'
import { openPreview, wanted } from './wanted.ts'

const PreviewDialog = lazy(() => import('./preview.tsx').then(({ PreviewDialog }) => PreviewDialog))

/** The preview that is open, if any. It is part of the page once. */
export function OpenPreview() {
  // It belongs to the view over which it was opened.
  useEffect(() => close, [place.value.path.join('/')])
  if (!wanted.value) return null
  return <PreviewDialog wanted={wanted.value} onClose={close} />
}

const close = () => {
  wanted.value = undefined
}

export function Artifacts({ worker }: { worker: WorkerDetail }) {
  const { sessionId, workerId, artifacts } = worker
  return (
    <ul class="artifacts" aria-label={`Files of ${workerId}`}>
      {artifacts.map(({ name, size }) => (
        <li key={name}>
          <button
            type="button"
            class="file"
            onClick={() => openPreview({ sessionId, workerId, name })}
          >
            <bdi>{clean(name)}</bdi> <small>{bytes(size)}</small>
          </button>
        </li>
      ))}
    </ul>
  )
}
