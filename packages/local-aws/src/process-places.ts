/**
 * Limits the processes of all functions together, because they would fill the machine's memory. A process that is idle
 * gives its place to one that is needed.
 */

export interface ProcessPlaces {
  /** Calls `grant` as soon as there is a place, perhaps at once. Returns a function that withdraws the request. */
  request(grant: () => void): () => void
  /** Gives back the place of a process that has ended. */
  release(): void
  /** Offers an idle process: `end` ends it and gives back its place. Returns a function that withdraws the offer. */
  offer(end: () => void): () => void
}

/** @param most how many processes may exist */
export function processPlaces(most: number): ProcessPlaces {
  const requests = new Set<() => void>()
  const offers = new Set<() => void>()
  let taken = 0
  const serve = () => {
    const [end] = offers
    if (requests.size > 0 && taken >= most && end) {
      offers.delete(end)
      // It releases its place, and that serves the request.
      return end()
    }
    const [grant] = requests
    if (!grant || taken >= most) return
    requests.delete(grant)
    taken++
    grant()
  }
  return {
    request: (grant) => {
      requests.add(grant)
      serve()
      return () => void requests.delete(grant)
    },
    release: () => {
      taken--
      serve()
    },
    offer: (end) => {
      offers.add(end)
      serve()
      return () => void offers.delete(end)
    },
  }
}
