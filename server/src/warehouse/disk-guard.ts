import { statfs } from 'node:fs/promises'

/** Below this the engine does not run. */
const lowBytes = 128 * 1024 ** 2
/** Above this it runs again. */
const enoughBytes = 2 * lowBytes
/** As fast as anybody is taken to fill a disk, bytes in a millisecond. */
const fastestFill = 2 * 1024 ** 2

export type DiskGuard = {
  isLow(): boolean
  close(): void
}

/**
 * Watches what is left on the disk of `folder`, the closer the less it is.
 *
 * chDB 26.7 takes no notice when a write fails for want of room: it goes on, and commits inserts and merges whose
 * files are empty (the sources of such a merge are then deleted). A killed engine loses nothing that was
 * acknowledged, so it is killed before that can happen.
 */
export async function guardDisk(
  folder: string,
  changed: { low(freeBytes: number): void; enough(): void },
  freeOf: (folder: string) => Promise<number> = freeBytes,
): Promise<DiskGuard> {
  let isLow = false
  let isClosed = false
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    const free = await freeOf(folder)
    if (isClosed) return
    if (!isLow && free < lowBytes) {
      isLow = true
      changed.low(free)
    } else if (isLow && free >= enoughBytes) {
      isLow = false
      changed.enough()
    }
    const ms = isLow ? 250 : Math.min(1000, Math.max(10, (free - lowBytes) / fastestFill))
    timer = setTimeout(lookOn, ms).unref()
  }
  // A disk that can't be asked is not full.
  const lookOn = () => void look().catch(() => (timer = setTimeout(lookOn, 1000).unref()))

  await look()
  return {
    isLow: () => isLow,
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
