const chunkBytes = 1024 ** 2

export type RowBytes = {
  /** @param line JSON without a line feed */
  add(line: string): void
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
  /** Where each row ends: its chunk and the place in it. A row lies in one chunk. */
  const ends: { chunk: number; at: number }[] = []

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
      // a UTF-16 unit takes at most three bytes
      const most = text.length * 3
      const buffer = room(most < chunkBytes / 8 ? most : Buffer.byteLength(text))
      used += buffer.write(text, used)
      ends.push({ chunk: chunks.length - 1, at: used })
    },
    count: () => ends.length,
    bytes(from, to) {
      if (to <= from) return []
      const begin = from === 0 ? { chunk: 0, at: 0 } : ends[from - 1]!
      const end = ends[to - 1]!
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
