import { EngineError } from './engine-error.ts'

export type Admission<T> = {
  /** Runs `work` with one of the things as soon as one is free. */
  run<R>(work: (thing: T) => Promise<R>, signal?: AbortSignal): Promise<R>
  running(): number
  waiting(): number
}

/**
 * Lets as many callers work at once as there are things, in the order they came, and a bounded number wait.
 * @throws EngineError 202 when the queue is full or the wait too long.
 */
export function createAdmission<T>(
  things: T[],
  { maxWaiting, maxWaitMs, name }: { maxWaiting: number; maxWaitMs: number; name: string },
): Admission<T> {
  const free = [...things]
  const queue: { resolve: (thing: T) => void }[] = []

  const refuse = (why: string) =>
    new EngineError(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', `Too many ${name}: ${things.length} run and ${why}`)

  function take(signal?: AbortSignal): Promise<T> {
    const thing = free.pop()
    if (thing !== undefined) return Promise.resolve(thing)
    if (queue.length >= maxWaiting) return Promise.reject(refuse(`${queue.length} wait already`))
    return new Promise((resolve, reject) => {
      const leave = (error: Error) => {
        const at = queue.indexOf(waiter)
        if (at >= 0) queue.splice(at, 1)
        settle()
        reject(error)
      }
      const onAbort = () => leave(new EngineError(394, 'QUERY_WAS_CANCELLED', 'Query was cancelled'))
      const timer = setTimeout(() => leave(refuse(`none ended within ${maxWaitMs / 1000} s`)), maxWaitMs)
      const settle = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
      }
      const waiter = {
        resolve: (next: T) => {
          settle()
          resolve(next)
        },
      }
      if (signal?.aborted) return leave(new EngineError(394, 'QUERY_WAS_CANCELLED', 'Query was cancelled'))
      signal?.addEventListener('abort', onAbort, { once: true })
      queue.push(waiter)
    })
  }

  return {
    async run(work, signal) {
      const thing = await take(signal)
      try {
        return await work(thing)
      } finally {
        const next = queue.shift()
        if (next) next.resolve(thing)
        else free.push(thing)
      }
    },
    running: () => things.length - free.length,
    waiting: () => queue.length,
  }
}
