/** Asks for the bearer token. */
import { useState } from 'preact/hooks'
import { signedOutBecause, signIn } from '../api/token.ts'

export function SignIn() {
  const [given, setGiven] = useState('')
  const why = signedOutBecause.value
  return (
    <main class="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (given.trim()) signIn(given.trim())
        }}
      >
        <h1>Baton</h1>
        <label for="token">Bearer token</label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          spellcheck={false}
          value={given}
          onInput={(event) => setGiven(event.currentTarget.value)}
        />
        {why && (
          <p class="problem" role="alert">
            {why}
          </p>
        )}
        <button type="submit" class="primary">
          Sign in
        </button>
        <p class="quiet">
          The operator's token does everything, the read-only token shows everything. It is kept for
          this tab only. <code>npm start</code> prints an address that brings it along.
        </p>
      </form>
    </main>
  )
}
