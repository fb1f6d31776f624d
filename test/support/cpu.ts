/** Measures the work of a function, independently of the machine's load. */

/** Returns the milliseconds of CPU that this process uses while `work` runs. */
export function cpuMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
