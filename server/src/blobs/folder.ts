import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Blobs } from './blobs.ts'
import { checkKey } from './keys.ts'

/** Where half-written files wait; no key can name it. */
const scratch = '.tmp'

/** Blobs as files below `folder`. */
export async function createFolderBlobs({ folder }: { folder: string }): Promise<Blobs> {
  // What a crash left behind was never acknowledged.
  await rm(join(folder, scratch), { recursive: true, force: true })
  await mkdir(join(folder, scratch), { recursive: true })

  async function write(key: string, bytes: Uint8Array | AsyncIterable<Uint8Array>) {
    const path = pathOf(folder, key)
    const temporary = join(folder, scratch, randomUUID())
    try {
      await writeSynced(temporary, bytes)
      await makeFolder(folder, dirname(path))
      await rename(temporary, path)
      await syncFolder(dirname(path))
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }

  return {
    put: write,
    write,

    async get(key) {
      return readFile(pathOf(folder, key)).catch(nothing)
    },

    async read(key) {
      const file = await open(pathOf(folder, key)).catch(nothing)
      if (!file) return null
      const facts = await file.stat()
      if (facts.isFile()) return { size: facts.size, pieces: file.createReadStream() }
      await file.close()
      return null
    },

    async delete(key) {
      const path = pathOf(folder, key)
      await rm(path, { force: true }).catch(nothing)
      await syncFolder(dirname(path)).catch(nothing)
    },

    async list(prefix) {
      const below = prefix.slice(0, prefix.lastIndexOf('/') + 1)
      const start = below === '' ? folder : pathOf(folder, below.slice(0, -1))
      const entries = (await readdir(start, { recursive: true, withFileTypes: true }).catch(nothing)) ?? []
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(folder.length + 1)
            .replaceAll('\\', '/'),
        )
        .filter((key) => key.startsWith(prefix) && !key.startsWith(`${scratch}/`))
        .sort()
    },
  }
}

function pathOf(folder: string, key: string): string {
  checkKey(key)
  return join(folder, key)
}

async function writeSynced(path: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx')
  try {
    // Each time from where the last one ended.
    for await (const piece of Symbol.asyncIterator in bytes ? bytes : [bytes]) await file.writeFile(piece)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A new folder is only there after a crash when its parent has been synced too. */
async function makeFolder(root: string, path: string): Promise<void> {
  const firstNew = await mkdir(path, { recursive: true })
  if (firstNew === undefined) return
  for (let made = path; made.length > root.length; made = dirname(made)) await syncFolder(dirname(made))
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function nothing(error: NodeJS.ErrnoException): null {
  // ENOTDIR: `a/b` was asked for where `a` is a blob; EISDIR: `a` where `a/b` is one.
  if (['ENOENT', 'ENOTDIR', 'EISDIR', 'ERR_FS_EISDIR'].includes(error.code ?? '')) return null
  throw error
}
