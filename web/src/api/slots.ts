/**
 * So many of something at once; who comes later waits for a slot, in order. Of those who wait the first that `isUrgent`
 * at that moment goes before the others.
 */
export function createSlots(most: number) {
  let taken = 0
  const waiting: { go: () => void; isUrgent: () => boolean }[] = []
  return async <T>(work: () => Promise<T>, isUrgent = () => false): Promise<T> => {
    if (taken >= most) await new Promise<void>((go) => waiting.push({ go, isUrgent }))
    else taken++
    try {
      return await work()
    } finally {
      const urgent = waiting.findIndex((one) => one.isUrgent())
      const [next] = waiting.splice(Math.max(urgent, 0), 1)
      if (next) next.go()
      else taken--
    }
  }
}
