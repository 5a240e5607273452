/** Files by key (`exports/12/report.csv`): recordings, exports, uploads. Keys use `/`, never `..`. */
export type Blobs = {
  /** Writes all of it, or nothing; an existing key is replaced. Resolves when it is on disk. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** The bytes, or null where there is no such key. */
  get(key: string): Promise<Uint8Array | null>
  delete(key: string): Promise<void>
  /** Keys under a prefix, sorted. */
  list(prefix: string): Promise<string[]>
}
