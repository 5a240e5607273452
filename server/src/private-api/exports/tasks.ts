import { z } from 'zod'
import type { Blobs } from '../../blobs/blobs.ts'
import { type Ask, pages, type Question } from '../../exports/pages.ts'
import { writeTable } from '../../exports/table-file.ts'
import type { ActingFor } from '../../http/acting-for.ts'
import type { AskAs } from '../../http/ask-as.ts'
import type { Jobs, Task } from '../../jobs/jobs.ts'
import { HedgerowError } from '../../model/errors.ts'
import { type ExportRow, type ExportStore, fileKey } from './store.ts'

type Deps = {
  exports: ExportStore
  blobs: Blobs
  /** Who asked for it, with the rights that they have now. */
  actingFor: ActingFor
  askAs: AskAs
  jobs: Pick<Jobs, 'send'>
}

/** Of one file. */
const limits = { rows: 100_000, bytes: 512 * 1024 ** 2, columns: 2_000 }

/** A file is made. */
export const makeExport = { name: 'make-export', data: z.object({ exportId: z.int() }) }

/** Ends the work on a file that nobody wants any more. */
class Unwanted extends Error {}

/** What is done with exports in the background. */
export function exportTasks({ exports, blobs, actingFor, askAs, jobs }: Deps) {
  const make: Task<z.output<typeof makeExport.data>> = {
    ...makeExport,
    retries: 5,
    async run({ exportId }, signal) {
      const claimed = await exports.claim(exportId)
      if (!claimed) return
      try {
        await write(claimed, signal)
      } catch (error) {
        if (error instanceof Unwanted) return
        const told = error instanceof HedgerowError
        const mayPass = !told || error.kind === 'unavailable'
        if (mayPass && !claimed.isLastAttempt) {
          await exports.release(exportId)
          throw error
        }
        await exports.fail(exportId, told ? error.message : 'It could not be made.')
        if (!told) throw error
      }
    },
  }

  async function write(row: ExportRow, signal: AbortSignal): Promise<void> {
    const { id, projectId, context } = row
    const acting = { caller: await actingFor(row.createdBy, row.keyId), projectId }
    const ask: Ask = (question) => {
      signal.throwIfAborted()
      return askAs(acting, question)
    }
    const made = await writeTable(
      pages(ask, questionOf(row)),
      { ...limits, rows: Math.min(limits.rows, Number(context?.max_limit ?? limits.rows)) },
      context?.columns as string[] | undefined,
      async (rows) => {
        if (!(await exports.progress(id, rows))) throw new Unwanted()
      },
      (pieces) => blobs.write(fileKey(row), pieces),
    )
    if (!(await exports.finish(id, made))) await blobs.delete(fileKey(row))
  }

  /** What was left by jobs that died is done; files go with what they are of. */
  const tend: Task = {
    name: 'tend-exports',
    data: z.object({}),
    everyMs: 60_000,
    async run() {
      for (const exportId of await exports.abandoned()) await jobs.send(makeExport, { exportId })
      await exports.forgetExpired()
      const keys = await blobs.list('exports/')
      const idOf = (key: string) => Number(/(\d+)[.]csv$/.exec(key)?.[1])
      const known = await exports.known(keys.map(idOf))
      for (const key of keys) if (!known.has(idOf(key))) await blobs.delete(key)
    },
  }

  return [make, tend]
}

/** What is asked of the API, as the context says it: an insight, a query, or a path. */
function questionOf({ projectId, insightId, context }: ExportRow): Question {
  const base = `/api/projects/${projectId}/`
  const source = context?.source
  if (source) return { method: 'POST', path: `${base}query/`, body: { query: source } }
  if (typeof context?.path === 'string') {
    const method = context.method === 'POST' ? 'POST' : 'GET'
    const { pathname, search } = new URL(context.path, 'http://own')
    return { method, path: pathname + search, ...(method === 'POST' && { body: context.body ?? {} }) }
  }
  return { method: 'GET', path: `${base}insights/${insightId}/?refresh=blocking` }
}
