import type { FastifyInstance } from 'fastify'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { doneBy } from '../../http/activity-shapes.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import type { DeadLetters, KeptDeadLetter } from '../../pipeline/dead-letters.ts'
import type { ReadWarnings } from '../../pipeline/ingestion-warnings.ts'
import { listDeadLetters, listWarnings, replayDeadLetters } from './contract.ts'

type Deps = { deadLetters: DeadLetters; readWarnings: ReadWarnings; activity: Pick<ActivityLog, 'record'> }

/** What was odd about events, and the events that could not be processed. */
export const ingestionWarningRoutes =
  ({ deadLetters, readWarnings, activity }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, listWarnings, async ({ project, query }) => ({
      results: await readWarnings(project.id, query.q),
    }))

    route(app, listDeadLetters, async ({ project, query, url }) => {
      const { reason, step, waiting } = query
      const filter = {
        ...(reason !== undefined && { reason }),
        ...(step !== undefined && { step }),
        ...(waiting !== undefined && { waiting: waiting === 'true' }),
      }
      const { count, results } = await deadLetters.list(project.id, filter, query)
      return counted(url, query, { count, results: results.map(present) })
    })

    route(app, replayDeadLetters, async ({ project, user, body }) => {
      const { ids, reason, step } = body
      const { replayed, alreadyStored, left } = await deadLetters.replay(
        project.id,
        ids ? { ids } : { ...(reason !== undefined && { reason }), ...(step !== undefined && { step }) },
      )
      if (replayed > 0) {
        const what = { scope: 'DeadLetter', itemId: null, name: `${replayed} events` } as const
        await activity.record({ ...doneBy(project, user), ...what, activity: 'replayed' })
      }
      return { replayed, already_stored: alreadyStored, left }
    })
  }

const present = (letter: KeptDeadLetter) => ({
  id: letter.id,
  event_uuid: letter.eventUuid,
  reason: letter.reason,
  step: letter.step,
  detail: letter.detail,
  raw: letter.raw,
  received_at: letter.receivedAt,
  died_at: letter.diedAt,
  replayed_at: letter.replayedAt,
  replayable: letter.replayable,
})
