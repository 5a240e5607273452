/** Runs that several callers may wait for. */
export type Flights<T> = {
  /**
   * Waits for the run of this key that is under way, or starts one. A caller whose signal aborts gets the signal's
   * reason at once; the run is aborted only when nobody waits for it any more.
   * @param isOwn what is under way began too early: a run of its own, which later callers may join
   */
  join(
    key: string,
    start: (signal: AbortSignal) => Promise<T>,
    caller: { signal: AbortSignal; isOwn?: boolean },
  ): Promise<T>
}

type Flight<T> = { landed: Promise<T>; stop: AbortController; waiting: number }

export function createFlights<T>(): Flights<T> {
  const underWay = new Map<string, Flight<T>>()

  function forget(key: string, flight: Flight<T>): void {
    if (underWay.get(key) === flight) underWay.delete(key)
  }

  function takeOff(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const stop = new AbortController()
    const flight: Flight<T> = { landed: start(stop.signal), stop, waiting: 0 }
    underWay.set(key, flight)
    const land = () => forget(key, flight)
    // how it ended is told to those who wait
    flight.landed.then(land, land)
    return flight
  }

  return {
    async join(key, start, { signal, isOwn }) {
      signal.throwIfAborted()
      const flight = (isOwn ? undefined : underWay.get(key)) ?? takeOff(key, start)
      flight.waiting++
      let leave = () => {}
      const left = new Promise<never>((_, reject) => {
        leave = () => reject(signal.reason)
        signal.addEventListener('abort', leave, { once: true })
      })
      try {
        return await Promise.race([flight.landed, left])
      } finally {
        signal.removeEventListener('abort', leave)
        if (--flight.waiting === 0) {
          forget(key, flight)
          flight.stop.abort()
        }
      }
    },
  }
}
