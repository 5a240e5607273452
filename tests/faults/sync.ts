import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { capture } from '../support/api.ts'
import { startServer } from '../support/server.ts'
import { newFolder, nothingYet, type Outcome, type Run, removeFolder } from './outcome.ts'

/**
 * Watches the system calls of the server while requests come one by one: before the bytes of each 200 there must be an
 * `fdatasync` of the event log that began after the request and has ended. Needs `strace`.
 */
export async function syncedBeforeAnswer({ rounds, say }: Run): Promise<Outcome> {
  const outcome = nothingYet('synced before the answer')
  const folder = newFolder()
  const trace = join(folder, 'trace')
  // The tracer is the server's child (`-D`): to attach to a process that is none of one's own needs rights.
  const calls = 'trace=fdatasync,pwrite64,pwritev,write,writev,read'
  const strace = ['strace', '-D', '-f', '--seccomp-bpf', '-yy', '-s', '8192', '-e', calls, '-o', trace]
  const server = await startServer({ dataDir: join(folder, 'data'), through: strace })
  try {
    for (let n = 0; n < rounds; n++) {
      const response = await capture(server.url, '/e/', {
        event: `traced-${n}.`,
        distinct_id: 't',
      })
      if (response.status !== 200) throw new Error(`answered ${response.status}`)
      await response.text()
    }
    await server.kill()
    await sleep(500)
    const { answers, synced } = readTrace(readFileSync(trace, 'utf8'))
    say(`${answers} answers, ${synced} of them after a sync`)
    outcome.notes.push('answers, and those after an fdatasync that covers their record')
    if (answers !== rounds) outcome.broken.push(`of ${rounds} answers ${answers} were seen`)
    return { ...outcome, rounds, acknowledged: answers, found: synced }
  } finally {
    await server.kill()
    removeFolder(folder)
  }
}

/** For each answer: was its record's page written, and a sync of the log begun after that, and ended before it? */
export function readTrace(text: string): { answers: number; synced: number } {
  let answers = 0
  let synced = 0
  let asked = ''
  let written = false
  let isSynced = false
  const begun = new Set<string>()
  /** Threads that are reading from a client: what they got comes with the end of the call, which names no socket. */
  const reading = new Set<string>()
  for (const line of text.split('\n')) {
    const [pid = ''] = line.split(' ', 1)
    const ofTheLog = line.includes('event-log')
    // The engine, traced along, speaks HTTP too, but over a socket of another kind.
    const ofAClient = line.includes('<TCP')
    if (/ read\(.*<unfinished/.test(line)) {
      if (ofAClient) reading.add(pid)
      else reading.delete(pid)
    } else if (line.includes('<... read resumed') ? reading.delete(pid) : / read\(/.test(line) && ofAClient) {
      const named = /traced-\d+\./.exec(line)?.[0]
      if (!named) continue
      asked = named
      written = false
      isSynced = false
      begun.clear()
    } else if (/ p?write(?:64|v)\(/.test(line) && ofTheLog && asked && line.includes(asked)) written = true
    else if (/ fdatasync\(/.test(line) && ofTheLog && written) {
      if (line.includes('<unfinished')) begun.add(pid)
      else if (/\)\s+= 0/.test(line)) isSynced = true
    } else if (line.includes('<... fdatasync resumed') && /= 0/.test(line)) {
      if (begun.delete(pid)) isSynced = true
    } else if (/ writev?\(/.test(line) && ofAClient && line.includes('HTTP/1.1 200') && asked) {
      answers++
      if (isSynced) synced++
      asked = ''
    }
  }
  return { answers, synced }
}
