/** A question to a person, answered in place. */
import { signal } from '@preact/signals'
import { useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import { mayChange } from '../api/token.ts'
import type { Question } from '../api/types.ts'
import { clean } from '../format.ts'
import { conversation, workerPage } from '../router.ts'
import { useAct } from './act.ts'
import { Ago, At } from './ago.tsx'
import { Approval } from './approval.tsx'
import { Markdown } from './markdown.tsx'
import { Problem } from './problem.tsx'

/** Questions that were answered here: the API lists them until the answer has arrived. */
const answered = signal<ReadonlySet<string>>(new Set())

/** Returns the questions that still wait, as far as the page knows. */
export const unanswered = (questions: readonly Question[]) =>
  questions.filter(({ id }) => !answered.value.has(id))

const KINDS = {
  ask: 'Question',
  decision: 'Decision about a worker',
  approval: 'Waits for your approval',
} as const

interface Props {
  question: Question
  /** Called when it was answered. */
  onAnswer: () => void
  /** Whether it is shown apart from its conversation. */
  isAlone?: boolean
}

export function QuestionCard({ question, onAnswer, isAlone = false }: Props) {
  const { id, sessionId, kind, text, to, workerId, askedAt, expiresAt, seq } = question
  const answers = mayChange.value && <Answers question={question} onAnswer={onAnswer} />
  return (
    <article class="question" aria-label={`${KINDS[kind]} ${id}`} data-item tabIndex={-1}>
      <header>
        <b>{KINDS[kind]}</b>
        {workerId && (
          <a href={workerPage(sessionId, workerId)}>
            <code>{workerId}</code>
          </a>
        )}
        {to && (
          <span>
            to <bdi>{clean(to)}</bdi>
          </span>
        )}
        <span class="quiet">
          <Ago at={askedAt} />
        </span>
      </header>
      {kind === 'approval' ? (
        <Approval question={question}>{answers}</Approval>
      ) : (
        <>
          <Markdown text={text} />
          {answers}
        </>
      )}
      <p class="quiet">
        If nobody answers by <At at={expiresAt} />,{' '}
        {question.default === null ? 'it expires' : `"${clean(question.default)}" counts`}
        {isAlone && (
          <>
            {' · '}
            <a href={conversation(sessionId, String(seq))}>Conversation</a>
          </>
        )}
      </p>
    </article>
  )
}

function Answers({ question: { id, kind, choices }, onAnswer }: Props) {
  const { isBusy, problem, act } = useAct()
  const [words, setWords] = useState('')
  const answer = async (text: string) => {
    const request = () =>
      call('POST /api/questions/{questionId}/answer', {
        params: { questionId: id },
        body: { answer: text },
      })
    if (!(await act(request))) return
    answered.value = new Set([...answered.value, id])
    onAnswer()
  }
  return (
    <>
      {choices.length > 0 && (
        <div class="choices">
          {choices.map((choice, i) => (
            <button
              key={choice}
              type="button"
              class={i === 0 && kind !== 'decision' ? 'primary' : ''}
              disabled={isBusy}
              onClick={() => answer(choice)}
            >
              {clean(choice)}
            </button>
          ))}
        </div>
      )}
      {kind === 'ask' && (
        <form
          class="composer"
          onSubmit={(event) => {
            event.preventDefault()
            if (words.trim()) answer(words)
          }}
        >
          <input
            aria-label="Answer in your own words"
            placeholder="Answer in your own words"
            value={words}
            maxLength={20_000}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
          <button type="submit" disabled={isBusy || words.trim() === ''}>
            Answer
          </button>
        </form>
      )}
      <Problem text={problem} />
    </>
  )
}
