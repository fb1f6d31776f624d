/** Finds what a definition uses that AWS implements and this interpreter does not. */
import * as z from 'zod'

const rawState = z.looseObject({
  Type: z.string().optional(),
  Resource: z.string().optional(),
  QueryLanguage: z.string().optional(),
})
const rawBlock = z.looseObject({ States: z.record(z.string(), rawState).optional() })
const nestedBlocks = z.looseObject({
  Branches: z.array(rawBlock).optional(),
  ItemProcessor: rawBlock.optional(),
})
const processorMode = z.object({
  ItemProcessor: z.object({ ProcessorConfig: z.object({ Mode: z.string() }) }),
})

export type RawState = z.infer<typeof rawState>

const JSONPATH = 'belongs to JSONPath: write the state in JSONata'
const DISTRIBUTED = 'belongs to the distributed Map, which is not implemented: use an inline Map'
const TOLERATED =
  'is not implemented: in an inline Map any failure fails the Map; catch it inside the iteration'

const UNSUPPORTED_FIELDS: Readonly<Record<string, string>> = {
  InputPath: JSONPATH,
  OutputPath: JSONPATH,
  ResultPath: JSONPATH,
  ResultSelector: JSONPATH,
  Parameters: JSONPATH,
  Result: JSONPATH,
  ItemsPath: JSONPATH,
  SecondsPath: JSONPATH,
  TimestampPath: JSONPATH,
  TimeoutSecondsPath: JSONPATH,
  HeartbeatSecondsPath: JSONPATH,
  MaxConcurrencyPath: JSONPATH,
  ErrorPath: JSONPATH,
  CausePath: JSONPATH,
  ToleratedFailureCountPath: JSONPATH,
  ToleratedFailurePercentagePath: JSONPATH,
  ItemReader: DISTRIBUTED,
  ItemBatcher: DISTRIBUTED,
  ResultWriter: DISTRIBUTED,
  Label: DISTRIBUTED,
  ToleratedFailureCount: TOLERATED,
  ToleratedFailurePercentage: TOLERATED,
  Iterator: 'is not implemented: write ItemProcessor instead',
  Credentials: 'is not implemented: there are no roles on one machine',
}

const LAMBDA_INVOKE = /^arn:aws[\w-]*:states:::lambda:invoke(\.waitForTaskToken)?$/

/** Yields every state of a definition with its name, including those of branches and item processors. */
export function* everyState(definition: unknown): Generator<[name: string, state: RawState]> {
  const block = rawBlock.safeParse(definition)
  if (!block.success) return
  for (const [name, state] of Object.entries(block.data.States ?? {})) {
    yield [name, state]
    const nested = nestedBlocks.safeParse(state)
    if (!nested.success) continue
    for (const branch of nested.data.Branches ?? []) yield* everyState(branch)
    yield* everyState(nested.data.ItemProcessor)
  }
}

function* problemsOf(state: RawState): Generator<string> {
  if (state.QueryLanguage !== undefined && state.QueryLanguage !== 'JSONata') {
    yield `its QueryLanguage '${state.QueryLanguage}' is not implemented: write the state in JSONata`
  }
  for (const field of Object.keys(state)) {
    const reason = UNSUPPORTED_FIELDS[field]
    if (reason !== undefined) yield `'${field}' ${reason}`
  }
  const mode = processorMode.safeParse(state).data?.ItemProcessor.ProcessorConfig.Mode
  if (mode !== undefined && mode !== 'INLINE') yield `the processor mode '${mode}' ${DISTRIBUTED}`
  if (state.Type === 'Task' && !LAMBDA_INVOKE.test(state.Resource ?? '')) {
    yield `the Resource '${state.Resource}' is not implemented: only arn:aws:states:::lambda:invoke and lambda:invoke.waitForTaskToken are`
  }
}

/** Returns one sentence for each use of something that is not implemented. */
export function unsupported(definition: unknown): string[] {
  const language = z.object({ QueryLanguage: z.unknown() }).safeParse(definition)
  if (!language.success || language.data.QueryLanguage !== 'JSONata') {
    return ["the machine's QueryLanguage must be 'JSONata': JSONPath is not implemented"]
  }
  return [...everyState(definition)].flatMap(([name, state]) =>
    [...problemsOf(state)].map((problem) => `state '${name}': ${problem}`),
  )
}
