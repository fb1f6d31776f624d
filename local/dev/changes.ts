/** Watches a checkout and reports changed files, grouping those that change at the same moment. */
import path from 'node:path'
import { watch } from 'chokidar'

/** ms; an editor or a checkout of another commit writes several files in quick succession. */
const QUIET = 50

export interface Changes {
  close(): Promise<void>
}

/** Watches folders and files below `root`; resolves once it is watching. `changed` gets paths relative to `root`. */
export async function watchChanges(
  root: string,
  watched: readonly string[],
  changed: (files: readonly string[]) => void,
): Promise<Changes> {
  const pending = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  const report = () => {
    const files = [...pending]
    pending.clear()
    changed(files)
  }
  const places = watched.map((place) => path.join(root, place))
  const watcher = watch(places, { ignoreInitial: true }).on('all', (_, file) => {
    pending.add(path.relative(root, file))
    clearTimeout(timer)
    timer = setTimeout(report, QUIET)
  })
  await new Promise<void>((resolve) => watcher.once('ready', resolve))
  return {
    close: async () => {
      clearTimeout(timer)
      await watcher.close()
    },
  }
}
