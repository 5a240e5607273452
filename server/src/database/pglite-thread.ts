import { fsyncSync, openAsBlob } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import type { FromThread, PlainError, ThreadOptions, ToThread } from './pglite-protocol.ts'
import { createStatements } from './pglite-statements.ts'

/**
 * Runs PGlite. In a thread of its own, because a statement occupies its thread to its end: requests go on being
 * served, and a statement that takes too long can be stopped by ending the thread.
 */

type Emscripten = {
  NODEFS: { stream_ops: { fsync?: (stream: { nfd: number }) => number } }
}

/** PGlite's own folder ignores fsync; with this one, PostgreSQL's means what it says. */
class SyncedFolder extends NodeFS {
  override async init(...[pglite, options]: Parameters<NodeFS['init']>) {
    const { emscriptenOpts } = await super.init(pglite, options)
    const passOnFsync = (module: unknown) => {
      ;(module as Emscripten).NODEFS.stream_ops.fsync = ({ nfd }) => {
        fsyncSync(nfd)
        return 0
      }
    }
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [passOnFsync, ...(emscriptenOpts.preRun ?? [])] } }
  }
}

/**
 * PGlite starts PostgreSQL with `-F` (no fsync). `fdatasync`, Linux's usual method, does nothing in it, `fsync` does.
 * The buffers are the thread's memory for as long as it runs; the system caches the files besides.
 */
const synced = [
  ...PGlite.defaultStartParams.filter((param) => param !== '-F'),
  ...['-c', 'fsync=on', '-c', 'wal_sync_method=fsync', '-c', 'shared_buffers=32MB'],
]

async function open({ dataDir, snapshot }: ThreadOptions): Promise<PGlite> {
  const loadDataDir = snapshot ? await openAsBlob(snapshot) : undefined
  if (dataDir === null) return PGlite.create({ loadDataDir })
  await mkdir(dirname(dataDir), { recursive: true })
  return PGlite.create({ fs: new SyncedFolder(dataDir), startParams: synced, loadDataDir })
}

const port = parentPort!
const send = (message: FromThread) => port.postMessage(message)
const pglite = await open(workerData as ThreadOptions)
await pglite.exec(`SET TIME ZONE 'UTC'`)
const statements = createStatements(pglite)
const listening = new Map<string, () => Promise<void>>()

async function answer(asked: ToThread): Promise<unknown[]> {
  switch (asked.op) {
    case 'query':
      return statements.query(asked.statement)
    case 'exec':
      await statements.exec(asked.text)
      return []
    case 'listen': {
      const { channel } = asked
      const quoted = `"${channel.replaceAll('"', '""')}"`
      const stop = await pglite.listen(quoted, (payload) => send({ kind: 'notification', channel, payload }))
      listening.set(channel, () => stop())
      return []
    }
    case 'unlisten':
      await listening.get(asked.channel)?.()
      listening.delete(asked.channel)
      return []
    case 'close':
      await pglite.close()
      return []
  }
}

function plain(error: unknown): PlainError {
  if (!(error instanceof Error)) return { message: String(error) }
  const { message, code, constraint, detail } = error as Error & PlainError
  return { message, code, constraint, detail }
}

port.on('message', (asked: ToThread) => {
  answer(asked).then(
    (rows) => send({ kind: 'answer', id: asked.id, rows }),
    (error: unknown) => send({ kind: 'failure', id: asked.id, error: plain(error) }),
  )
})
send({ kind: 'open' })
