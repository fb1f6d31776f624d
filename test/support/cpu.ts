/** How much a function has to do, which does not depend on what else the machine does. */

/** The milliseconds of CPU that this process takes while `work` runs. */
export function cpuMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
