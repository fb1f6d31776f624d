/** What must be true when all sessions of a Baton are deleted. */
import { expect } from 'vitest'
import type { TestBaton } from './baton.ts'

/** Fails if a sandbox of a deleted session is left. */
export async function expectNoSandboxLeft({ e2b }: Pick<TestBaton, 'e2b'>): Promise<void> {
  // E2B removes some in the background: those whose pause has failed and those whose daemon has died.
  await e2b.settled()
  const { created, ended } = e2b.counters()
  expect(created - ended, 'sandboxes that are left').toBe(0)
}

/** Deletes sessions. Fails if one cannot be deleted, or if a sandbox is left. */
export async function expectDeleted(baton: TestBaton, sessions: readonly string[]): Promise<void> {
  for (const session of sessions) {
    const response = await baton.request(`/api/sessions/${session}`, { method: 'DELETE' })
    expect(response.status, `${session}: ${await response.text()}`).toBe(204)
  }
  await expectNoSandboxLeft(baton)
}
