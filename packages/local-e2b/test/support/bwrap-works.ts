/**
 * Whether bubblewrap works on this machine. It does not use the package's probe, so that a broken probe fails
 * tests instead of skipping them.
 */
import { spawnSync } from 'node:child_process'

const ARGUMENTS = [
  ...['--unshare-user', '--unshare-pid', '--unshare-net', '--ro-bind', '/', '/'],
  ...['--proc', '/proc', '/bin/true'],
]

export const bwrapWorks = spawnSync('bwrap', ARGUMENTS).status === 0
