import { setImmediate as nextTurn } from 'node:timers/promises'

/** Events after which a loop lets others have the thread: a few milliseconds of work. */
export const breath = 500

/**
 * The items in parts, with a pause between them: capture answers on the same thread and must not wait for a large
 * batch.
 */
export async function* inBreaths<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
  for (let start = 0; start < items.length; start += breath) {
    if (start > 0) await nextTurn()
    yield items.length <= breath ? items : items.slice(start, start + breath)
  }
}
