import { randomUUID } from 'node:crypto'
import type { Blobs } from './blobs.ts'
import { checkKey } from './keys.ts'

type Deps = {
  /** The database that all processes share; `run` takes a statement with its parameters, or a script. */
  database: { run(text: string, params?: unknown[]): Promise<Record<string, unknown>[]> }
}

/** Bytes of a row. */
const rowBytes = 512 * 1024

/**
 * Blobs as rows, for several processes that share no folder. Each writing has parts of its own; the row of the key
 * then says which of them count, so that a reader sees all of one writing.
 */
export function createDatabaseBlobs({ database }: Deps): Blobs {
  async function write(key: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    checkKey(key)
    const writing = randomUUID()
    let parts = 0
    let size = 0
    const store = async (bytes: Uint8Array) => {
      await database.run(
        `insert into blob_parts (writing, part, bytes) values ($1::uuid, $2::int, decode($3, 'base64'))`,
        [writing, parts++, Buffer.from(bytes).toString('base64')],
      )
      size += bytes.length
    }
    try {
      for await (const bytes of inRows(pieces)) await store(bytes)
      await database.run(
        `insert into blobs (key, writing, size) values ($1, $2::uuid, $3::bigint)
         on conflict (key) do update set writing = excluded.writing, size = excluded.size`,
        [key, writing, size],
      )
    } finally {
      await sweep()
    }
  }

  /** Parts that nothing names: of failed writings, and of what was replaced or deleted a while ago and is read no more. */
  const sweep = () =>
    database.run(
      `delete from blob_parts p where written_at < now() - interval '1 hour'
       and not exists (select 1 from blobs b where b.writing = p.writing)`,
    )

  async function read(key: string) {
    checkKey(key)
    const [head] = await database.run('select writing, size from blobs where key = $1', [key])
    if (!head) return null
    const pieces = async function* () {
      for (let part = 0; ; part++) {
        const [row] = await database.run(
          `select encode(bytes, 'base64') as bytes from blob_parts where writing = $1::uuid and part = $2::int`,
          [head.writing, part],
        )
        if (!row) return
        yield Buffer.from(String(row.bytes), 'base64')
      }
    }
    return { size: Number(head.size), pieces: pieces() }
  }

  return {
    write,
    read,
    put: (key, bytes) => write(key, onePiece(bytes)),
    async get(key) {
      const found = await read(key)
      if (!found) return null
      const all: Uint8Array[] = []
      for await (const piece of found.pieces) all.push(piece)
      return Buffer.concat(all)
    },
    async delete(key) {
      checkKey(key)
      await database.run('delete from blobs where key = $1', [key])
    },
    async list(prefix) {
      const rows = await database.run(
        'select key from blobs where starts_with(key, $1) order by key collate "C"',
        [prefix],
      )
      return rows.map(({ key }) => String(key))
    },
  }
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** The same bytes, in pieces of a row each. */
async function* inRows(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let bytes = 0
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const taken = piece.subarray(at, at + rowBytes - bytes)
      held.push(taken)
      bytes += taken.length
      at += taken.length
      if (bytes < rowBytes) continue
      yield Buffer.concat(held)
      held = []
      bytes = 0
    }
  }
  if (bytes) yield Buffer.concat(held)
}
