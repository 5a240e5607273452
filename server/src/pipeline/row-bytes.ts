const chunkBytes = 1024 ** 2

export type RowBytes = {
  /** @param line JSON without a line feed */
  add(line: string): void
  /** Adds a row that begins as a row of `others` and goes on with `text`. */
  addJoined(others: RowBytes, index: number, text: string): void
  /** A row without its line feed, where it lies: good until the next call. */
  row(index: number): { buffer: Buffer; from: number; to: number }
  count(): number
  /** The rows from `from` to before `to`, each with its line feed, in pieces cut anywhere. */
  bytes(from: number, to: number): Uint8Array[]
}

/**
 * Rows of a table as bytes. As texts they would live until they are inserted, on V8's heap, and be copied there
 * twice while they wait, then once to be joined and once more to be sent.
 */
export function createRowBytes(): RowBytes {
  const chunks: Buffer[] = []
  let used = 0
  /** Where each row ends: its chunk and the place in it, as numbers by twos. A row lies in one chunk. */
  const ends: number[] = []
  const found: ReturnType<RowBytes['row']> = { buffer: Buffer.alloc(0), from: 0, to: 0 }

  /** A chunk with room for so many bytes. */
  function room(bytes: number): Buffer {
    const last = chunks.at(-1)
    if (last && last.length - used >= bytes) return last
    const next = Buffer.allocUnsafeSlow(Math.max(chunkBytes, bytes))
    if (last) chunks[chunks.length - 1] = last.subarray(0, used)
    chunks.push(next)
    used = 0
    return next
  }

  return {
    add(line) {
      const text = `${line}\n`
      const target = room(mostBytes(text))
      used += target.write(text, used)
      ends.push(chunks.length - 1, used)
    },
    addJoined(others, index, rest) {
      const { buffer, from, to } = others.row(index)
      const text = `${rest}\n`
      const target = room(to - from + mostBytes(text))
      used += buffer.copy(target, used, from, to)
      used += target.write(text, used)
      ends.push(chunks.length - 1, used)
    },
    row(index) {
      const chunk = ends[2 * index]!
      found.buffer = chunks[chunk]!
      found.from = index > 0 && ends[2 * index - 2] === chunk ? ends[2 * index - 1]! : 0
      found.to = ends[2 * index + 1]! - 1
      return found
    },
    count: () => ends.length / 2,
    bytes(from, to) {
      if (to <= from) return []
      const begin = from === 0 ? { chunk: 0, at: 0 } : { chunk: ends[2 * from - 2]!, at: ends[2 * from - 1]! }
      const end = { chunk: ends[2 * to - 2]!, at: ends[2 * to - 1]! }
      const pieces: Uint8Array[] = []
      for (let chunk = begin.chunk; chunk <= end.chunk; chunk++) {
        const start = chunk === begin.chunk ? begin.at : 0
        const stop = chunk === end.chunk ? end.at : chunks[chunk]!.length
        if (stop > start) pieces.push(chunks[chunk]!.subarray(start, stop))
      }
      return pieces
    },
  }
}

/** A UTF-16 unit takes at most three bytes; counting them is worth it for long texts only. */
const mostBytes = (text: string) =>
  text.length * 3 < chunkBytes / 8 ? text.length * 3 : Buffer.byteLength(text)
