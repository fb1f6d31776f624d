/** Lists the questions that wait for an answer, over all sessions, oldest first. */
import { eachWaitingSession } from '../../src/adapters/open-questions.ts'
import type { QuestionView } from '../../src/contract/api/question.ts'
import { isAfter, type QuestionPlace, questionViews } from '../../src/core/question-view.ts'
import { cursorOf, type Page } from '../../src/http/query.ts'

/** Takes one request, unless a great many wait. */
export async function questions({ limit, cursor }: Page<QuestionPlace>) {
  let found: readonly QuestionView[] = []
  for await (const session of eachWaitingSession()) {
    // Sessions come in the order in which they began to wait, so further ones have only questions of later pages.
    const another = found[limit]
    if (another && session.since > another.askedAt) break
    const rest = questionViews(session).filter((each) => !cursor || isAfter(each, cursor))
    found = [...found, ...rest].sort((a, b) => (isAfter(a, b) ? 1 : -1)).slice(0, limit + 1)
  }
  const shown = found.slice(0, limit)
  const last = found.length > limit ? shown.at(-1) : undefined
  return {
    questions: shown,
    next: cursorOf(last && { askedAt: last.askedAt, id: last.id }),
  }
}
