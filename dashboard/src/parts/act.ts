/** A request that changes something: whether it is under way, and what went wrong. */
import { useState } from 'preact/hooks'

export function useAct() {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  /** Returns whether it succeeded. */
  const act = async (request: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true)
    setProblem(undefined)
    try {
      await request()
      return true
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, problem, act }
}
