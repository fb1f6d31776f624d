/** The /etc of a bubblewrap sandbox: a few generated files, and those of the host that programs need to start. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Public data only: linker configuration, alternatives, time zone, CA certificates. */
const FROM_HOST = [
  '/etc/alternatives',
  '/etc/ca-certificates',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/mime.types',
  '/etc/pki/ca-trust/extracted',
  '/etc/pki/tls/certs',
  '/etc/protocols',
  '/etc/services',
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
]

export const HOSTNAME = 'e2b.local'

/** Debian's login shells give a PATH of its own to root. */
const profile = (bin: string) => `if [ "$USER" = root ]
then PATH=${bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
else PATH=${bin}:/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games
fi
export PATH
`

const files = (bin: string): Record<string, string> => ({
  passwd: 'root:x:0:0:root:/root:/bin/bash\nuser:x:1000:1000:user:/home/user:/bin/bash\n',
  group: 'root:x:0:\nuser:x:1000:\n',
  hosts: `127.0.0.1 localhost ${HOSTNAME}\n`,
  hostname: `${HOSTNAME}\n`,
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  'resolv.conf': '# No name server: the network ends at 127.0.0.1.\n',
  profile: profile(bin),
})

/**
 * Writes the generated files, and returns bubblewrap's arguments that bind them and the host's files at /etc. `bin` is the
 * folder of the sandbox's tools.
 */
export function bindEtc(stateDir: string, bin: string): string[] {
  const folder = join(stateDir, 'etc')
  mkdirSync(folder, { recursive: true })
  const own = Object.entries(files(bin)).flatMap(([name, content]) => {
    writeFileSync(join(folder, name), content)
    return ['--ro-bind', join(folder, name), `/etc/${name}`]
  })
  const hosts = FROM_HOST.filter(existsSync).flatMap((file) => ['--ro-bind', file, file])
  return [...own, ...hosts]
}
