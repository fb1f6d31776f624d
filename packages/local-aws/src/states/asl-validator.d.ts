/** What this package uses of asl-validator, which brings no types of its own. */
declare module 'asl-validator' {
  interface Verdict {
    readonly isValid: boolean
    errorsText(separator?: string): string
  }
  /** Writes a `QueryLanguage` into every state of the definition it is given: hand it a copy. */
  export default function validate(
    definition: unknown,
    options?: { checkPaths?: boolean; checkArn?: boolean },
  ): Verdict
}
