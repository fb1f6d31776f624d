/** The sandbox template: Claude Code, programs for its commands, and the runner. */
import { Template, type TemplateBuilder } from 'e2b'
import manifest from '../package.json' with { type: 'json' }
import { PROGRAMS } from '../src/contract/sandbox-programs.ts'
import { MARKERS } from './processes.ts'

/** The file name of the runner's bundle. */
export const RUNNER = 'baton-runner'

const CLI = '@anthropic-ai/claude-code'

/** The release that the tests use, so that its output matches what the runner parses. */
const CLAUDE_CODE = manifest.devDependencies[CLI]

/** Debian's packages that contain PROGRAMS, and what they need: certificates, fonts for the browser, headers to build. */
const PACKAGES = [
  'build-essential',
  'ca-certificates',
  'chromium',
  'curl',
  'file',
  'fonts-liberation',
  'fonts-noto-color-emoji',
  'gh',
  'git',
  'jq',
  'less',
  'openssh-client',
  'pkg-config',
  'procps',
  'python3',
  'python3-dev',
  'python3-pip',
  'python3-venv',
  'ripgrep',
  'rsync',
  'sqlite3',
  'sudo',
  'unzip',
  'wget',
  'xz-utils',
  'zip',
]

/** Debian's Chromium reads this. Its own sandbox and /dev/shm need more than a virtual machine of E2B offers. */
const CHROMIUM_FLAGS =
  'export CHROMIUM_FLAGS="$CHROMIUM_FLAGS --no-sandbox --disable-dev-shm-usage"'

/** Otherwise sudo would remove the markers by which a job's processes are found when it is over. */
const SUDOERS = `Defaults env_keep += "${MARKERS.join(' ')}"`

const AS_ROOT = { user: 'root' }

/**
 * Returns the recipe from which E2B builds the template. `folder` is an absolute path and contains the bundled runner as
 * RUNNER. The last user and folder set here apply to every command in a sandbox
 * (https://e2b.dev/docs/template/user-and-workdir).
 */
export const sandboxTemplate = (folder: string): TemplateBuilder =>
  Template({ fileContextPath: folder })
    .fromNodeImage('24-bookworm')
    .aptInstall(PACKAGES, { noInstallRecommends: true })
    // From version 12 on, npm runs the scripts of a package only if it is allowed by name. This one brings the program.
    .runCmd(`npm install --global --allow-scripts=${CLI} ${CLI}@${CLAUDE_CODE}`, AS_ROOT)
    // npm succeeds even if install scripts are off and the program is missing, so check it here.
    .runCmd(`claude --version | grep --fixed-strings --word-regexp '${CLAUDE_CODE}'`)
    .runCmd(writeRootFile('/etc/chromium.d/baton', CHROMIUM_FLAGS), AS_ROOT)
    .runCmd(writeRootFile('/etc/sudoers.d/baton', SUDOERS), AS_ROOT)
    .runCmd('visudo --check --quiet', AS_ROOT)
    .copy(RUNNER, `/usr/local/bin/${RUNNER}`, { ...AS_ROOT, mode: 0o755 })
    .setUser('user')
    .setWorkdir('/home/user')
    .runCmd(
      `for name in ${PROGRAMS.join(' ')}; do command -v "$name" || missing="$missing $name"; done; test -z "$missing" || { echo "missing:$missing"; exit 1; }`,
    )
    .runCmd(`chromium --headless --dump-dom 'data:text/html,<p>ready' | grep --fixed-strings ready`)

/** Returns a command that writes one line, which only root may change. sudo reads no file that others may write. */
const writeRootFile = (file: string, line: string) =>
  `echo '${line}' > ${file} && chmod 0444 ${file}`
