/** `sudo` in a sandbox: without a password, and with a new environment, as in E2B's. All users have one uid here. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MARK } from './marked-processes.ts'
import type { Tool } from './options.ts'

/**
 * Writes the program to `folder`. `keeps` are the variables that the template's sudoers keep (`env_keep`); the server's
 * own mark is always kept, because it finds processes by it.
 */
export function sudoTool(folder: string, keeps: readonly string[]): Tool {
  const file = join(folder, 'sudo')
  const kept = ['TERM', MARK, ...keeps].map((name) => `\${${name}+"${name}=$${name}"}`)
  writeFileSync(file, script([...new Set(kept)].join(' ')), { mode: 0o755 })
  return { name: 'sudo', file }
}

/** Options without an effect here are accepted; those that take a value are skipped with it. */
const script = (kept: string) => `#!/bin/sh
user=root
while [ $# -gt 0 ]; do
  case $1 in
    --) shift; break ;;
    -u | --user) user=$2; shift 2 ;;
    --user=*) user=\${1#*=}; shift ;;
    -g | -p | -C | -h | -D) shift 2 ;;
    -*) shift ;;
    *) break ;;
  esac
done
assigned=
while [ $# -gt 0 ]; do
  case $1 in
    [A-Za-z_]*=*) assigned="$assigned $1"; shift ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || exit 0
case $user in
  root) home=\${HOME%/home/user}/root ;;
  user) home=$HOME ;;
  *) echo "sudo: unknown user $user" >&2; exit 1 ;;
esac
command -v "$1" >/dev/null || { echo "sudo: $1: command not found" >&2; exit 1; }
exec env -i PATH="$PATH" HOME="$home" USER="$user" LOGNAME="$user" SUDO_USER="$USER" ${kept} $assigned "$@"
`
