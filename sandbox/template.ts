/** What a sandbox is made of: Claude Code, the tools that its commands expect, and the runner that does the jobs. */
import { Template, type TemplateBuilder } from 'e2b'
import manifest from '../package.json' with { type: 'json' }

/** The runner's bundle, in the folder that the template is built from. */
export const RUNNER = 'baton-runner'

/** The same release that the tests run, so that its output is what the runner reads. */
const CLAUDE_CODE = manifest.devDependencies['@anthropic-ai/claude-code']

const TOOLS = ['ca-certificates', 'curl', 'git', 'python3', 'ripgrep']

/**
 * The recipe that E2B builds the template from. `folder` is an absolute path and holds the bundled runner under the
 * name RUNNER. The last user and folder set here are those of every command in a sandbox
 * (https://e2b.dev/docs/template/user-and-workdir).
 */
export const sandboxTemplate = (folder: string): TemplateBuilder =>
  Template({ fileContextPath: folder })
    .fromNodeImage('24-bookworm')
    .aptInstall(TOOLS, { noInstallRecommends: true })
    .npmInstall(`@anthropic-ai/claude-code@${CLAUDE_CODE}`, { g: true })
    // npm succeeds without the program itself when install scripts are off: find out now, not in the first sandbox.
    .runCmd(`claude --version | grep --fixed-strings --word-regexp '${CLAUDE_CODE}'`)
    .copy(RUNNER, `/usr/local/bin/${RUNNER}`, { user: 'root', mode: 0o755 })
    .setUser('user')
    .setWorkdir('/home/user')
