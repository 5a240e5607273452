import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The file of the event log is not what was written; the message is a sentence for whoever started the program. */
export class DamagedEventLog extends Error {
  constructor(folder: string, what: string) {
    super(
      `The event log in ${folder} is damaged: ${what}. Put back a copy of it, or move the folder away to begin a new one; what waits in it to be processed is not in the warehouse then.`,
    )
    this.name = 'DamagedEventLog'
  }
}

/**
 * Walks through all of an event log before it is used. LMDB follows whatever a page says, so on a damaged one it ends
 * the process, or leaves records out without a word; so a process of its own looks. A record that is damaged only in
 * itself is no reason to refuse: the pipeline sets it aside.
 * @throws DamagedEventLog
 */
export async function checkLmdbEventLog(folder: string): Promise<void> {
  if (!existsSync(join(folder, 'data.mdb'))) return
  const inSource = import.meta.url.endsWith('.ts')
  const entry = fileURLToPath(
    new URL(inSource ? './lmdb-check-process.ts' : './lmdb-check-process.js', import.meta.url),
  )
  const loader = inSource
    ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
    : []
  const found = await new Promise<string | null>((resolve, reject) => {
    execFile(process.execPath, [...loader, entry, folder], { env: {} }, (error, stdout) => {
      if (!error) resolve(null)
      else if (error.signal) resolve('it can not be walked through')
      else if (stdout) resolve(stdout.trim())
      else reject(error)
    })
  })
  if (found !== null) throw new DamagedEventLog(folder, found)
}
