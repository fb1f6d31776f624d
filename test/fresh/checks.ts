/** The list of checks: what to run in which place, as which user, and under what load. */
import type { Environment, Found, Machine, User } from './machine.ts'
import { whyNoBubblewrap } from './machine.ts'
import { amongMany, LARGE, whileBusy } from './neighbours.ts'
import { copyModules, makePathWithoutBubblewrap, makePlace } from './place.ts'
import { converse, install, refuseTakenPort, runTests, serveOnce } from './steps.ts'

/** The values of `--only`; without an installation there is nothing to start. */
export const PARTS = ['install', 'start', 'test'] as const
export type Part = (typeof PARTS)[number]

export interface Check {
  readonly part: Part
  readonly name: string
  /** Why this machine cannot run the check. */
  readonly skipped?: string | undefined
  /** Throws if something is wrong. */
  readonly act: () => Promise<void>
}

const README_SAYS = 'Create a test file at /tmp/test.txt with the text Hello World'
const BLOCK = '```sh\nprintf "%s %s" "Hello" "World" > ~/here; cat ~/here\n```'

/** Every check, in a valid order; places are created when they are needed. */
export function allChecks(machine: Machine, base: string): Check[] {
  const ordinary = userOf(machine.ordinary) ?? { name: 'root' }
  const root = userOf(machine.root) ?? ordinary
  const odd = once(() => makePlace({ machine, base, name: 'sp äce', user: ordinary }))
  const plain = once(() => {
    const place = makePlace({ machine, base, name: 'plain', user: root })
    copyModules(odd(), place)
    return place
  })
  const path = once(() => ({ PATH: makePathWithoutBubblewrap(base) }))
  const noOrdinary = reasonOf(machine.ordinary)
  const noRoot = reasonOf(machine.root)
  const isolated = (user: User) => whyNoBubblewrap(user, machine.environment)
  const among = (act: (environment: Environment) => Promise<void>) =>
    amongMany(ordinary, () => act({ ...path(), ...LARGE }))

  return [
    {
      part: 'install',
      name: `npm ci says nothing that a newcomer need not know: ${ordinary.name}, an empty home, "sp äce"`,
      act: () => install(odd()),
    },
    {
      part: 'start',
      name: 'npm start refuses a port in use at once, and names a free one',
      act: () => refuseTakenPort(odd()),
    },
    {
      part: 'start',
      name: 'a second npm start is refused, --once runs beside the first, and after a kill npm start works again',
      act: () => serveOnce(odd()),
    },
    {
      part: 'start',
      name: `npm start -- --once: ${ordinary.name}, no bubblewrap, a large environment, 300 processes, no idle core`,
      skipped: noOrdinary,
      act: () =>
        among((environment) =>
          whileBusy(ordinary, () => converse(odd(), BLOCK, { environment, isolation: 'none' })),
        ),
    },
    {
      part: 'start',
      name: `npm start -- --once: ${ordinary.name}, bubblewrap, no home at all`,
      skipped: noOrdinary ?? isolated(ordinary),
      act: () =>
        converse(odd(), README_SAYS, { environment: { HOME: '/dev/null' }, isolation: 'bwrap' }),
    },
    {
      part: 'start',
      name: 'npm start -- --once: root, bubblewrap, a large environment',
      skipped: noRoot ?? isolated(root),
      act: () => converse(plain(), README_SAYS, { environment: LARGE, isolation: 'bwrap' }),
    },
    {
      part: 'start',
      name: 'npm start -- --once: root, no bubblewrap, HOME not set',
      skipped: noRoot,
      act: () =>
        converse(plain(), BLOCK, {
          environment: { ...path(), HOME: undefined },
          isolation: 'none',
        }),
    },
    {
      part: 'test',
      name: `npm test: ${ordinary.name}, "sp äce", an empty home, no bubblewrap, a large environment, 300 processes`,
      act: () => among((environment) => runTests(odd(), environment)),
    },
    {
      part: 'test',
      name: `npm test: ${root.name}, bubblewrap`,
      skipped: isolated(root),
      act: () => runTests(plain(), {}),
    },
  ]
}

const userOf = (found: Found): User | undefined => (typeof found === 'string' ? undefined : found)

const reasonOf = (found: Found): string | undefined =>
  typeof found === 'string' ? found : undefined

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
