/** What a sandbox offers to the model's commands. The template's build fails if one of them is missing. */

/** Names on the PATH. */
export const PROGRAMS = [
  'chromium',
  'curl',
  'file',
  'g++',
  'gcc',
  'gh',
  'git',
  'jq',
  'less',
  'make',
  'node',
  'npm',
  'pip3',
  'pkg-config',
  'ps',
  'python3',
  'rg',
  'rsync',
  'sqlite3',
  'ssh',
  'sudo',
  'unzip',
  'wget',
  'xz',
  'zip',
] as const

/** Says so to the model. */
export const PROGRAMS_PROMPT = `The sandbox has ${PROGRAMS.join(', ')}. The browser works without a display: \`chromium --headless\`, also
for Playwright and Puppeteer, with the executable /usr/bin/chromium. Install what else you need: \`sudo apt-get\` needs no password.`
