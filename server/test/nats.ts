import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'

/** Real `nats-server` processes in temporary folders: a cluster of three, or one alone. */
export type TestNats = {
  urls: string[]
  /** Kills a server as nothing can be caught, and starts it again on its data. */
  kill(node: number): Promise<void>
  start(node: number): Promise<void>
  /** Resolves when every server is there and the cluster has a leader. */
  healthy(): Promise<void>
  /** Removes the streams whose names begin so. */
  forget(prefix: string): Promise<void>
  stop(): Promise<void>
}

export async function startNats(nodes: 1 | 3 = 3): Promise<TestNats> {
  const folder = await mkdtemp(join(tmpdir(), 'hedgerow-nats-'))
  const ports = await freePorts(nodes * 2)
  const clientPorts = ports.slice(0, nodes)
  const routes = ports.slice(nodes).map((port) => `nats-route://127.0.0.1:${port}`)
  const running = new Map<number, ChildProcess>()

  const start = async (node: number) => {
    const alone = [
      '-a',
      '127.0.0.1',
      '-p',
      String(clientPorts[node]),
      '-js',
      '-sd',
      join(folder, String(node)),
    ]
    const together = [
      '-n',
      `n${node}`,
      '-cluster_name',
      'test',
      '-cluster',
      routes[node]!,
      '-routes',
      routes.join(),
    ]
    const child = spawn('nats-server', [...alone, ...(nodes === 1 ? [] : together)], { stdio: 'ignore' })
    running.set(node, child)
    await once(child, 'spawn').catch((cause) => {
      throw new Error('nats-server is not installed: apt-get install nats-server', { cause })
    })
  }
  const kill = async (node: number) => {
    const child = running.get(node)
    running.delete(node)
    if (!child || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  const urls = clientPorts.map((port) => `nats://127.0.0.1:${port}`)
  const healthy = async () => {
    for (let tries = 1; ; tries++) {
      try {
        for (const url of urls) {
          const connection = await connect({
            servers: url,
            timeout: 1000,
            reconnect: false,
            noRandomize: true,
          })
          try {
            const manager = await jetstreamManager(connection, { timeout: 1000 })
            await manager.getAccountInfo()
          } finally {
            await connection.close()
          }
        }
        return
      } catch (error) {
        if (tries > 150) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }
  const forget = async (prefix: string) => {
    // Three servers that come from being killed take their time to agree, and what was asked before they did may
    // never be answered: it is asked again.
    for (let tries = 1; ; tries++) {
      const connection = await connect({ servers: urls, timeout: 2000 })
      try {
        const manager = await jetstreamManager(connection, { timeout: 5000 })
        const names: string[] = []
        for await (const name of manager.streams.names()) if (name.startsWith(`${prefix}_`)) names.push(name)
        for (const name of names) await manager.streams.delete(name)
        return
      } catch (error) {
        if (tries === 8) throw error
      } finally {
        await connection.close()
      }
    }
  }
  const stop = async () => {
    await Promise.all([...running.keys()].map(kill))
    await rm(folder, { recursive: true, force: true })
  }
  try {
    for (let node = 0; node < nodes; node++) await start(node)
    await healthy()
  } catch (error) {
    await stop()
    throw error
  }
  return { urls, kill, start, healthy, forget, stop }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
