/**
 * Remembers what was read for as long as nothing has changed: gives what `read` gave for the key, and reads again when
 * something has changed since.
 * @param isKept whether it is worth keeping; default what is not undefined
 */
export type Memory = <T>(key: string, read: () => Promise<T>, isKept?: (value: T) => boolean) => Promise<T>

export type MemoryOptions = {
  /** Grows with every change; what was read before it is read again. */
  version: () => number
  /** The longest that anything is kept, milliseconds: the bound where a change goes unnoticed. */
  maxMs: number
  /** Beyond so many keys it begins anew. */
  most?: number
}

/** Callers that ask for the same at the same time share one reading. */
export function createMemory({ version, maxMs, most = 1000 }: MemoryOptions): Memory {
  const kept = new Map<string, { version: number; at: number; value: Promise<unknown> }>()
  return async <T>(
    key: string,
    read: () => Promise<T>,
    isKept = (value: T): boolean => value !== undefined,
  ): Promise<T> => {
    const now = performance.now()
    const current = version()
    const known = kept.get(key)
    if (known && known.version === current && now - known.at < maxMs) return known.value as Promise<T>
    if (kept.size >= most) kept.clear()
    const own = { version: current, at: now, value: read() }
    kept.set(key, own)
    const forget = () => {
      if (kept.get(key) === own) kept.delete(key)
    }
    try {
      const value = await own.value
      if (!isKept(value)) forget()
      return value
    } catch (error) {
      forget()
      throw error
    }
  }
}
