/** All sections, in the order in which they run. */
import { age } from './age/section.ts'
import { bundles } from './bundles/section.ts'
import { cold } from './cold/section.ts'
import { cpu } from './cpu/section.ts'
import { gateway } from './gateway/section.ts'
import { hops } from './hops/section.ts'
import { idle } from './idle/section.ts'
import { latency } from './latency/section.ts'
import { load } from './load/section.ts'
import { messages } from './messages/section.ts'
import type { Options } from './options.ts'
import { page } from './page/section.ts'
import { reads } from './reads/section.ts'
import type { Findings } from './report/figure.ts'
import { sideBySide } from './side-by-side/section.ts'
import { start } from './start/section.ts'

interface Section {
  readonly title: string
  readonly run: (options: Options) => Findings | Promise<Findings>
}

export const SECTIONS: Readonly<Record<string, Section>> = {
  hops: { title: 'from the webhook to the running CLI', run: hops },
  cold: { title: 'the way of a message to an idle deployment', run: cold },
  latency: { title: 'how long a person waits', run: latency },
  messages: { title: 'what a message costs at AWS', run: messages },
  age: { title: 'what a message costs in an old conversation', run: age },
  idle: { title: 'what a deployment costs while nobody writes', run: idle },
  bundles: { title: 'what a cold start reads and runs', run: bundles },
  gateway: { title: 'what the model gateway costs in time', run: gateway },
  'side-by-side': { title: 'eight workers compared with one', run: sideBySide },
  load: { title: 'many concurrent sessions', run: load },
  reads: { title: 'reads with much data, and next to waiting readers', run: reads },
  page: { title: 'what a person waits for on the dashboard', run: page },
  cpu: { title: 'CPU time of a message', run: cpu },
  start: { title: 'synthesis and start', run: start },
}
