import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Waits until a file, or the list of names in a folder, is on the disk. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync().finally(() => handle.close())
}

/** Waits until all that is in a folder, at any depth, is on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = [folder, ...found.map((entry) => join(entry.parentPath, entry.name))]
  // Several at once: the file system writes its journal once for all that wait.
  const next = async () => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) await syncFile(path)
  }
  await Promise.all(Array.from({ length: 16 }, next))
}
