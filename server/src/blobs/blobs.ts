/** Files by key (`exports/12/report.csv`): exports, uploads, recordings. Keys use `/`, never `..`. */
export type Blobs = {
  /** Writes all of it, or nothing; an existing key is replaced. Resolves when it is on disk. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** As `put`, of pieces as they come: memory holds one at a time. A throw of `pieces` writes nothing. */
  write(key: string, pieces: AsyncIterable<Uint8Array>): Promise<void>
  /** The bytes, or null where there is no such key. */
  get(key: string): Promise<Uint8Array | null>
  /** Its size in bytes, and the bytes in pieces; null where there is no such key. */
  read(key: string): Promise<{ size: number; pieces: AsyncIterable<Uint8Array> } | null>
  delete(key: string): Promise<void>
  /** Keys under a prefix, sorted. */
  list(prefix: string): Promise<string[]>
}
