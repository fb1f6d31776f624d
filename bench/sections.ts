/** Everything that can be measured, in the order in which it is. */
import { bundles } from './bundles/section.ts'
import { hops } from './hops/section.ts'
import { idle } from './idle/section.ts'
import { messages } from './messages/section.ts'
import type { Options } from './options.ts'
import type { Findings } from './report/figure.ts'

interface Section {
  readonly title: string
  readonly run: (options: Options) => Findings | Promise<Findings>
}

export const SECTIONS: Readonly<Record<string, Section>> = {
  hops: { title: 'from the webhook to the running CLI', run: hops },
  messages: { title: 'what a message costs at AWS', run: messages },
  idle: { title: 'what a deployment costs while nobody writes', run: idle },
  bundles: { title: 'what a cold start reads and runs', run: bundles },
}
