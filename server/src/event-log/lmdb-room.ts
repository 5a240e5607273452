import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { RootDatabase } from 'lmdb'
import { z } from 'zod'

const run = promisify(execFile)

/** What appends leave for commits, so that a log that is full can still be emptied. */
const reserve = 32 * 1024 ** 2
const pageBytes = 4096
const keyBytes = 64
/** How far the file is extended beyond what is needed at once. */
const stride = 32 * 1024 ** 2

const stats = z.object({ lastPageNumber: z.number(), pageSize: z.number() })

export type Room = {
  /** @throws Error of the file system (`ENOSPC`) when an append of so many bytes must be refused */
  forAppend(bytes: number): Promise<void>
  /** The same for a commit that touches so many keys, anywhere; it may use what appends leave. */
  forCommit(keys: number): Promise<void>
}

/**
 * Keeps the end of LMDB's file ahead of what its transactions write, so that they never meet a full disk: lmdb 3.5
 * writes beyond a buffer of 100 bytes when it reports that (`sprintf` in `mdb_page_flush`), which ends the process
 * sooner or later.
 *
 * Node can't call `fallocate`, so the command does it. Where there is none, or the file system can't, the free space
 * is looked at instead: it may be gone a moment later, but mostly is not.
 */
export function createRoom(root: RootDatabase, folder: string): Room {
  const file = join(folder, 'data.mdb')
  let end = allocated()
  let canAllocate = true
  let turn: Promise<void> = Promise.resolve()

  /** A file with holes (a copy may have them) counts as not allocated at all. */
  function allocated(): number {
    const { size, blocks } = statSync(file)
    return blocks * 512 >= size ? size : 0
  }

  async function extend(needed: number, used: number): Promise<void> {
    for (const wanted of canAllocate ? [needed + stride, needed] : []) {
      try {
        await run('fallocate', ['--length', String(wanted), file])
        end = wanted
        return
      } catch (error) {
        const { code, stderr } = error as { code?: unknown; stderr?: unknown }
        canAllocate = code !== 'ENOENT' && !/not supported|invalid option/i.test(String(stderr))
      }
    }
    const [{ bavail, bsize }, { size }] = await Promise.all([statfs(folder), stat(file)])
    if (!canAllocate && bavail * bsize >= needed - Math.min(used, size)) return
    throw Object.assign(new Error('ENOSPC: no space left on device for the event log'), { code: 'ENOSPC' })
  }

  function see(bytesFor: (used: number) => number): Promise<void> {
    const mine = turn.then(async () => {
      const { lastPageNumber, pageSize } = stats.parse(root.getStats())
      const used = (lastPageNumber + 1) * pageSize
      const needed = used + bytesFor(used)
      if (end < needed) await extend(needed, used)
    })
    turn = mine.catch(() => {})
    return mine
  }

  return {
    // Records that are no whole pages take up to twice their size.
    forAppend: (bytes) => see(() => 2 * bytes + reserve),
    // Each key may be in another page, which is written anew; but there are no more than those that are used.
    forCommit: (keys) => see((used) => Math.min(keys * pageBytes, used + keys * keyBytes)),
  }
}
