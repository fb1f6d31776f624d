/** The beginning of a file: text, Markdown, a picture or a diff. */
import { useEffect, useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import { usePolled } from '../api/poll.ts'
import type { Preview } from '../api/types.ts'
import { bytes, clean } from '../format.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { artifact } from '../router.ts'
import { Lines } from './lines.tsx'
import type { Wanted } from './wanted.ts'

/** Links work for five minutes. */
const RENEW_MS = 4 * 60_000

export function PreviewDialog({ wanted, onClose }: { wanted: Wanted; onClose: () => void }) {
  const { sessionId, workerId, name } = wanted
  const { value, error } = usePolled(
    `${sessionId}/${workerId}/${name}`,
    (signal) =>
      call('GET /api/sessions/{sessionId}/workers/{workerId}/artifacts/{name}/preview', {
        params: { sessionId, workerId, name },
        signal,
      }),
    () => RENEW_MS,
  )
  const preview = value.value
  return (
    <Dialog title={clean(name)} onClose={onClose} class="preview">
      {error.value && !preview && <p class="problem">{error.value.message}</p>}
      {!preview && !error.value && <p class="quiet">Loading …</p>}
      {preview && <Content preview={preview} file={wanted} />}
      {preview && (
        <footer>
          <span class="quiet">
            {bytes(preview.size)} from {workerId}
            {!preview.isWhole && ', only the beginning is shown'}
          </span>
          <a class="button" href={artifact(sessionId, workerId, name)}>
            Link to this file
          </a>
          <a class="button" href={preview.link} rel="noreferrer" download>
            Download
          </a>
        </footer>
      )}
    </Dialog>
  )
}

const PICTURES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
}

function Content({ preview, file }: { preview: Preview; file: Wanted }) {
  const { name, content, isWhole, size } = preview
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const data = Uint8Array.from(atob(content), (character) => character.charCodeAt(0))
  const type = PICTURES[ending]
  if (size === 0) return <p class="quiet">The file is empty.</p>
  if (type && isWhole) return <Picture name={name} data={data} type={type} />
  const text = textOf(data, isWhole)
  if (text === undefined || type)
    return <p class="quiet">This file cannot be shown here. Download it to open it.</p>
  if (ending === 'md' && file.line === undefined) return <Markdown text={text} />
  return <Lines text={text} file={file} isDiff={ending === 'diff' || ending === 'patch'} />
}

/** Returns undefined for what is not UTF-8. A preview may end within a character. */
function textOf(data: Uint8Array, isWhole: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(data, { stream: !isWhole })
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

function Picture({
  name,
  data,
  type,
}: {
  name: string
  data: Uint8Array<ArrayBuffer>
  type: string
}) {
  const [url, setUrl] = useState<string>()
  // The file of a preview does not change.
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([data], { type }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [name])
  return url ? <img class="picture" src={url} alt={clean(name)} /> : null
}
