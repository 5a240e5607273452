import { startServer } from '../compose.ts'
import type { Config } from '../config.ts'

/**
 * Serves until SIGTERM or SIGINT, then finishes what is in hand and closes every store; a second signal does not
 * wait. Answers the exit code.
 */
export async function serve(config: Config): Promise<number> {
  const asked = stopSignal()
  console.log(`Hedgerow is starting with its data in ${config.dataDir} …`)
  const server = await startServer(config)
  console.log(`Hedgerow is ready: ${config.siteUrl ?? server.address}`)
  console.log(`${await asked}: finishing what is in hand and closing. Once more stops at once.`)
  await server.close()
  console.log('Hedgerow has stopped.')
  return 0
}

/** Resolves with the first signal; the second ends the process. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let signals = 0
    for (const [signal, number] of [
      ['SIGTERM', 15],
      ['SIGINT', 2],
    ] as const) {
      process.on(signal, () => {
        signals++
        if (signals > 1) process.exit(128 + number)
        resolve(signal)
      })
    }
  })
}
