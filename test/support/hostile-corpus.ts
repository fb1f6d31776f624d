/** The hostile corpus: everything that an attacker may send, or have sent in the name of a person on the list. */
import type { HostileCase } from './hostile-case.ts'
import { NOT_THEIR_WORDS } from './hostile-emails.ts'
import { IGNORED } from './hostile-forged.ts'
import { THEIR_WORDS } from './hostile-texts.ts'

export const HOSTILE: readonly HostileCase[] = [...IGNORED, ...NOT_THEIR_WORDS, ...THEIR_WORDS]
