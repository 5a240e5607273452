import { get } from 'node:http'

const missesAllowed = 2

/**
 * Asks a process behind a socket for a sign of life and says once when it gave none three times in a row: it may
 * stand still without ending.
 * @returns stops asking
 */
export function watchPulse(socketPath: string, everyMs: number, onLost: () => void): () => void {
  let misses = 0
  let asking = false
  const timer = setInterval(() => {
    if (asking) return
    asking = true
    const settle = (alive: boolean) => {
      if (!asking) return
      asking = false
      misses = alive ? 0 : misses + 1
      if (misses <= missesAllowed) return
      clearInterval(timer)
      onLost()
    }
    const request = get({ socketPath, path: '/ping', agent: false, timeout: everyMs }, (response) => {
      response.resume()
      settle(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy(new Error('no answer')))
    request.on('error', () => settle(false))
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
