/** The sandbox template: Claude Code, tools for its commands, and the runner. */
import { Template, type TemplateBuilder } from 'e2b'
import manifest from '../package.json' with { type: 'json' }

/** The file name of the runner's bundle. */
export const RUNNER = 'baton-runner'

/** The release that the tests use, so that its output matches what the runner parses. */
const CLAUDE_CODE = manifest.devDependencies['@anthropic-ai/claude-code']

const TOOLS = ['ca-certificates', 'curl', 'git', 'python3', 'ripgrep']

/**
 * Returns the recipe from which E2B builds the template. `folder` is an absolute path and contains the bundled runner as
 * RUNNER. The last user and folder set here apply to every command in a sandbox
 * (https://e2b.dev/docs/template/user-and-workdir).
 */
export const sandboxTemplate = (folder: string): TemplateBuilder =>
  Template({ fileContextPath: folder })
    .fromNodeImage('24-bookworm')
    .aptInstall(TOOLS, { noInstallRecommends: true })
    .npmInstall(`@anthropic-ai/claude-code@${CLAUDE_CODE}`, { g: true })
    // npm succeeds even if install scripts are off and the program is missing, so check it here.
    .runCmd(`claude --version | grep --fixed-strings --word-regexp '${CLAUDE_CODE}'`)
    .copy(RUNNER, `/usr/local/bin/${RUNNER}`, { user: 'root', mode: 0o755 })
    .setUser('user')
    .setWorkdir('/home/user')
