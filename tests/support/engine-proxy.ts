import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the way to the engine is like. It can be changed at any time. */
export type Weather = {
  /** How long each piece is held back, milliseconds. */
  delayMs: number
  /** How much gets through in one direction of a connection. */
  bytesPerSecond: number
  /** The share of the engine's answers that break off in the middle. */
  cuts: number
}

export const fair: Readonly<Weather> = { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, cuts: 0 }

/** The engine in a server's data folder, under an address, over a connection of which the quality can be chosen. */
export type EngineProxy = { url: string; weather: Weather; cut(): number; close(): void }

export async function startEngineProxy(dataDir: string): Promise<EngineProxy> {
  const weather: Weather = { ...fair }
  const open = new Set<Socket>()
  let cut = 0

  function through(isAnswer: boolean, breakOff: () => void): Transform {
    return new Transform({
      async transform(chunk: Buffer, _encoding, done) {
        const wait = weather.delayMs + (1000 * chunk.length) / weather.bytesPerSecond
        if (wait >= 1) await sleep(wait)
        if (isAnswer && Math.random() < weather.cuts) {
          cut++
          this.push(chunk.subarray(0, chunk.length >> 1))
          setImmediate(breakOff)
        } else done(null, chunk)
      },
    })
  }

  const proxy = createServer((client) => {
    const engine = connect(join(dataDir, 'engine.sock'))
    const breakOff = () => {
      client.destroy()
      engine.destroy()
    }
    client.pipe(through(false, breakOff)).pipe(engine)
    engine.pipe(through(true, breakOff)).pipe(client)
    for (const one of [client, engine]) {
      open.add(one)
      one.on('error', breakOff)
      one.on('close', () => {
        open.delete(one)
        breakOff()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    weather,
    cut: () => cut,
    close() {
      proxy.close()
      for (const socket of open) socket.destroy()
    },
  }
}
