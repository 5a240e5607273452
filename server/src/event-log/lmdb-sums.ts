import { crc32 } from 'node:zlib'
import type { Database, RootDatabase } from 'lmdb'
import type { LogRecord } from './event-log.ts'

/*
 * LMDB's pages have no checksums, so what must be right has one of its own: before each record and each entry of the
 * log's books stands a CRC-32.
 */

const sumBytes = 4

/** What one flush wrote, under the position of its first record. `bytes` counts from the log's beginning. */
export type Flush = { last: number; bytes: number; at: number }
/** Everything up to `last` is done with. */
export type Committed = { last: number; bytes: number }
/**
 * The range that a reader holds. Its clock reading dates the keys it has seen, so that a replay decides alike.
 * `beside` is where the range begins that was open when this one was read.
 */
export type Claim = { first: number; last: number; bytes: number; at: number; beside: number | null }

export type LogTables = {
  records: Database<Uint8Array, number>
  flushes: Database<Flush, number>
  state: Database<Committed | Claim, 'committed' | 'claim' | 'next'>
}

/** The log's tables. Reading an entry of `flushes` or `state` that is damaged throws. */
export const openTables = (root: RootDatabase): LogTables => ({
  records: root.openDB({ name: 'records', encoding: 'binary' }),
  flushes: root.openDB({ name: 'flushes', ...books }),
  state: root.openDB({ name: 'state', ...books }),
})

/** A record as it is stored. The sum covers its position too, so that it can't be taken for another one. */
export function sealed(record: Uint8Array, position: number): Buffer {
  const stored = Buffer.allocUnsafe(record.byteLength + sumBytes)
  stored.writeUInt32BE(crc32(record, lowBits(position)), 0)
  stored.set(record, sumBytes)
  return stored
}

export function asRecord({ key, value }: { key: number; value: Uint8Array }): LogRecord {
  const bytes = contentOf(value)
  const isWhole =
    value.byteLength >= sumBytes &&
    Buffer.from(value.buffer, value.byteOffset, sumBytes).readUInt32BE(0) === crc32(bytes, lowBits(key))
  return { position: key, bytes, ...(!isWhole && { isDamaged: true }) }
}

/** A stored record without its sum. */
export const contentOf = (stored: Uint8Array) => stored.subarray(sumBytes)

const lowBits = (position: number) => position % 2 ** 32

const summedJson = {
  encode(value: unknown): Buffer {
    const json = Buffer.from(JSON.stringify(value))
    const stored = Buffer.allocUnsafe(sumBytes + json.length)
    stored.writeUInt32BE(crc32(json), 0)
    stored.set(json, sumBytes)
    return stored
  },
  decode(bytes: Uint8Array): unknown {
    const stored = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const json = stored.subarray(sumBytes)
    if (stored.length < sumBytes || stored.readUInt32BE(0) !== crc32(json)) {
      throw new Error('an entry of its books is damaged')
    }
    return JSON.parse(json.toString('utf8'))
  },
  // Else what comes is a buffer with more behind the entry.
  needsStableBuffer: true,
}
/** lmdb knows the option; its types don't. */
const books = { encoder: summedJson }

export function latest(flushes: LogTables['flushes']): Flush | undefined {
  const [entry] = flushes.getRange({ reverse: true, limit: 1 })
  return entry?.value
}
