/** Starts the page. */
import { render } from 'preact'
import { signIn, tokenIn } from './api/token.ts'
import { App } from './app.tsx'
import { replace, to } from './router.ts'
import './style/tokens.css'
import './style/base.css'
import './style/page.css'
import './style/thread.css'
import './style/views.css'

/** A link may bring the token in its fragment, which no server sees. It leaves the address and the tab's history at once. */
function takeTokenFromAddress(): void {
  const given = tokenIn(location.hash)
  if (given === undefined) return
  replace(to([]))
  signIn(given)
}

takeTokenFromAddress()
addEventListener('hashchange', takeTokenFromAddress)
const root = document.getElementById('app')
if (root) render(<App />, root)
