/** The types this package needs of asl-validator, which has none of its own. */
declare module 'asl-validator' {
  interface Verdict {
    readonly isValid: boolean
    errorsText(separator?: string): string
  }
  /** Writes a `QueryLanguage` into every state of the definition: pass it a copy. */
  export default function validate(
    definition: unknown,
    options?: { checkPaths?: boolean; checkArn?: boolean },
  ): Verdict
}
