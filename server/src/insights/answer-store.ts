/** Values by key as JSON text outside the heap, bounded in bytes and number: what was not used for longest goes first. */
export type AnswerStore<T> = {
  get(key: string): T | undefined
  /** Whether it is kept: a value larger than an eighth of all is not. */
  set(key: string, value: T): boolean
  delete(key: string): void
}

export function createAnswerStore<T>({ maxBytes, most }: { maxBytes: number; most: number }): AnswerStore<T> {
  const kept = new Map<string, Buffer>()
  let bytes = 0

  function remove(key: string): void {
    bytes -= kept.get(key)?.byteLength ?? 0
    kept.delete(key)
  }

  return {
    get(key) {
      const text = kept.get(key)
      if (!text) return undefined
      // a Map keeps the order of insertion: the last used is the last
      kept.delete(key)
      kept.set(key, text)
      return JSON.parse(text.toString()) as T
    },
    set(key, value) {
      remove(key)
      const text = Buffer.from(JSON.stringify(value))
      if (text.byteLength > maxBytes / 8) return false
      kept.set(key, text)
      bytes += text.byteLength
      for (const oldest of kept.keys()) {
        if (bytes <= maxBytes && kept.size <= most) break
        remove(oldest)
      }
      return true
    },
    delete: remove,
  }
}
