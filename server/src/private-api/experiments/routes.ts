import type { FastifyInstance } from 'fastify'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { activityPage } from '../../http/activity-shapes.ts'
import { toUtc } from '../../http/date-time.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import { refreshOf } from '../../http/refresh-parameter.ts'
import type { Answers } from '../../insights/answer-life.ts'
import {
  createExperiment,
  deleteExperiment,
  experimentActivity,
  experimentResults,
  experimentsActivity,
  type GivenExperiment,
  listExperiments,
  replaceExperiment,
  requiresFlag,
  retrieveExperiment,
  secondaryResults,
  updateExperiment,
} from './contract.ts'
import { presentExperiment } from './present.ts'
import { createRequiresFlag } from './requires-flag.ts'
import { createExperimentResults } from './results.ts'
import type { ExperimentChanges, ExperimentStore } from './store.ts'

type Deps = {
  experiments: ExperimentStore
  answers: Pick<Answers, 'ask'>
  activity: Pick<ActivityLog, 'list'>
}

export const experimentRoutes =
  ({ experiments, answers, activity }: Deps) =>
  async (app: FastifyInstance) => {
    const { results, secondary } = createExperimentResults({ answers })
    const requiresFlagImplementation = createRequiresFlag({ answers })

    route(app, listExperiments, async ({ project, query, url }) => {
      const { count, results } = await experiments.list(project.id, query)
      return counted(url, query, { count, results: results.map(presentExperiment) })
    })

    route(app, createExperiment, async ({ project, user, body }) => {
      const given = { ...changesOf(body), name: body.name, flagKey: body.feature_flag_key }
      return presentExperiment(await experiments.create(project, user.id, given))
    })

    route(app, experimentsActivity, (asked) => activityPage(activity, asked, { scope: 'Experiment' }))

    route(app, requiresFlag, async ({ project, query, asker }) => ({
      result: await requiresFlagImplementation(project.id, query, asker),
    }))

    route(app, retrieveExperiment, async ({ project, params }) =>
      presentExperiment(await experiments.get(project.id, params.id)),
    )

    for (const update of [updateExperiment, replaceExperiment]) {
      route(app, update, async ({ project, user, params, body }) =>
        presentExperiment(await experiments.update(project, params.id, user.id, changesOf(body))),
      )
    }

    route(app, deleteExperiment, async ({ project, user, params }) => {
      await experiments.delete(project, params.id, user.id)
    })

    route(app, experimentActivity, async (asked) => {
      const { id } = asked.params
      await experiments.get(asked.project.id, id)
      return activityPage(activity, asked, { scope: 'Experiment', itemId: id })
    })

    route(app, experimentResults, async ({ project, params, query, asker }) =>
      results(await experiments.get(project.id, params.id), { ...asker, ...refreshing(query.refresh) }),
    )

    route(app, secondaryResults, async ({ project, params, query, asker }) =>
      secondary(await experiments.get(project.id, params.id), query.id, {
        ...asker,
        ...refreshing(query.refresh),
      }),
    )
  }

const refreshing = (given: string | undefined) =>
  refreshOf(given) === 'force_blocking' ? ({ refresh: 'force_blocking' } as const) : {}

const instantOf = (text: string | null | undefined) => (text ? toUtc(text) : text)

const changesOf = (body: GivenExperiment): ExperimentChanges => ({
  name: body.name,
  description: body.description,
  startDate: instantOf(body.start_date),
  endDate: instantOf(body.end_date),
  flagKey: body.feature_flag_key,
  parameters: body.parameters,
  filters: body.filters,
  secondaryMetrics: body.secondary_metrics,
  holdoutId: body.holdout_id,
  archived: body.archived,
})
