/** Checks of the secrets that these settings need, each at its provider. */
import { SECRETS, type SecretRow } from '../secret-table.ts'
import { type Check, fail, ok, warn } from './check.ts'
import type { Dependencies } from './dependencies.ts'

const secretCheck = (on: Dependencies, row: SecretRow): Check => ({
  name: row.name,
  find: async () => {
    const settings = on.validSettings()
    const found = await on.secret(row)
    const set =
      row.setBy === undefined
        ? `Run baton secrets set ${row.name}; get the ${row.what} from ${row.from}.`
        : `Run ${row.setBy}, which sets it.`
    if (found === undefined)
      return (await on.stack()) === undefined
        ? warn('It is not set yet.', `Set ${row.variable} to check it now. After deploying: ${set}`)
        : fail('It is not set.', set)
    const detail = await row.check(found.value, settings)
    return ok(`${detail} (${found.where})`)
  },
})

/** Returns a check for each secret that the settings need; all, if they cannot be read. */
export function secretChecks(on: Dependencies): readonly Check[] {
  try {
    const settings = on.settings()
    return SECRETS.filter((row) => row.isNeeded(settings)).map((row) => secretCheck(on, row))
  } catch {
    return SECRETS.map((row) => secretCheck(on, row))
  }
}
