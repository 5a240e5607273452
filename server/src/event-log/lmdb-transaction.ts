import { open, type RootDatabase } from 'lmdb'

/** Opens the files in `folder` so that what is written is on disk before its promise resolves. */
export const openSynced = (folder: string): RootDatabase =>
  open({
    path: folder,
    noSubdir: false,
    maxDbs: 128,
    // With overlapping syncs (lmdb's default) a write resolves once it is visible, before it is on disk.
    overlappingSync: false,
    // It makes a promise that nobody gets; when a commit fails, that one ends the process as an unhandled rejection.
    eventTurnBatching: false,
  })

/**
 * Makes all writes of `action` one transaction; resolves when it is on disk, else nothing of it is kept.
 * @throws Error of the file system where it says one (`code` is the errno).
 */
export async function inOneTransaction(root: RootDatabase, action: () => void): Promise<void> {
  try {
    await root.batch(action)
  } catch (error) {
    throw await reasonOf(error)
  }
}

/** lmdb rejects with a general error that holds a promise, which is rejected a moment later with the reason. */
async function reasonOf(error: unknown): Promise<unknown> {
  const reason = (error as { commitError?: Promise<never> }).commitError
  if (!reason) return error
  const moment = new Promise((resolve) => setImmediate(resolve, error))
  return Promise.race([reason.catch((cause: unknown) => cause), moment])
}
