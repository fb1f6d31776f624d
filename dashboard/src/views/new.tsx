/** Begins a conversation. */
import { useMemo } from 'preact/hooks'
import { conversation, go, to } from '../router.ts'
import { Composer, writeDraft } from '../thread/composer.tsx'

const EXAMPLES = [
  'Create a test file at /tmp/test.txt with the text Hello World',
  'What can you do?',
]

export function NewConversation() {
  const sessionId = useMemo(() => `web-${crypto.randomUUID().slice(0, 8)}`, [])
  return (
    <main class="page">
      <header class="head">
        <a class="back icon" href={to(['conversations'])} aria-label="All conversations">
          ‹
        </a>
        <h1>New conversation</h1>
      </header>
      <p>
        The conductor answers, or hands work to workers and reviews what they bring. For example:
      </p>
      <ul class="examples">
        {EXAMPLES.map((example) => (
          <li key={example}>
            <button type="button" onClick={() => writeDraft(sessionId, example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
      <Composer sessionId={sessionId} onSend={() => go(conversation(sessionId))} />
    </main>
  )
}
