import type { FastifyInstance } from 'fastify'
import type { ProjectStore } from '../../accounts/projects.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { activityPage } from '../../http/activity-shapes.ts'
import { toUtc } from '../../http/date-time.ts'
import { route } from '../../http/operation.ts'
import { counted, pageLinks } from '../../http/paging.ts'
import { isKeyForProject } from '../../http/project.ts'
import type { Answers } from '../../insights/answer-life.ts'
import { invalid } from '../../model/errors.ts'
import {
  copySurvey,
  createSurvey,
  deleteSurvey,
  type GivenSurvey,
  listSurveys,
  replaceSurvey,
  responsesCount,
  retrieveSurvey,
  surveyActivity,
  surveyResponses,
  surveyStats,
  surveysActivity,
  surveysStats,
  updateSurvey,
} from './contract.ts'
import { presentSurvey } from './present.ts'
import { createSurveyResults } from './results.ts'
import type { SurveyChanges, SurveyStore } from './store.ts'

type Deps = {
  surveys: SurveyStore
  answers: Pick<Answers, 'ask'>
  projects: Pick<ProjectStore, 'listFor'>
  activity: Pick<ActivityLog, 'list'>
}

export const surveyRoutes =
  ({ surveys, answers, projects, activity }: Deps) =>
  async (app: FastifyInstance) => {
    const results = createSurveyResults({ answers })

    route(app, listSurveys, async ({ project, query, url }) => {
      const found = await surveys.list(project.id, query)
      return counted(url, query, { count: found.count, results: found.results.map(presentSurvey) })
    })

    route(app, createSurvey, async ({ project, user, body }) => {
      const given = { ...changesOf(body), name: body.name, type: body.type }
      return presentSurvey(await surveys.create(project, user.id, given))
    })

    route(app, surveysActivity, (asked) => activityPage(activity, asked, { scope: 'Survey' }))

    route(app, responsesCount, async ({ project, query, asker }) => {
      const all = await surveys.all(project.id)
      const wanted = query.survey_ids?.split(',').map((id) => id.trim().toLowerCase())
      const begun = all.flatMap(({ id, startDate }) =>
        startDate !== null && (!wanted || wanted.includes(id)) ? [{ id, startDate }] : [],
      )
      if (!begun.length) return {}
      const [first] = begun.map(({ startDate }) => startDate).sort()
      return results.counts(
        project.id,
        begun.map(({ id }) => id),
        first!,
        asker,
      )
    })

    route(app, surveysStats, async ({ project, query, asker }) => {
      const all = await surveys.all(project.id)
      const ids = all.filter(({ archived }) => !archived).map(({ id }) => id)
      return results.stats(project.id, ids, query, asker)
    })

    route(app, retrieveSurvey, async ({ project, params }) =>
      presentSurvey(await surveys.get(project.id, params.id)),
    )

    for (const update of [updateSurvey, replaceSurvey]) {
      route(app, update, async ({ project, user, params, body }) =>
        presentSurvey(await surveys.update(project, params.id, user.id, changesOf(body))),
      )
    }

    route(app, deleteSurvey, async ({ project, user, params }) => {
      await surveys.delete(project, params.id, user.id)
    })

    route(app, copySurvey, async ({ project, user, caller, params, body }) => {
      const row = await surveys.get(project.id, params.id)
      const usable = (await projects.listFor(user.id, project.organizationId)).filter((one) =>
        isKeyForProject(caller, one),
      )
      const ids = [...new Set(body.target_team_ids)]
      const targets = usable.filter(({ id }) => ids.includes(id))
      if (targets.length < ids.length) {
        throw invalid("One or more target teams not found or you don't have access to them")
      }
      const made = await surveys.copy(row, targets, user.id)
      return {
        created_surveys: made.map(({ survey }) => ({
          team_id: survey.projectId,
          survey_id: survey.id,
          name: survey.name,
        })),
        count: made.length,
      }
    })

    route(app, surveyActivity, async (asked) => {
      const { id } = asked.params
      await surveys.get(asked.project.id, id)
      return activityPage(activity, asked, { scope: 'Survey', itemId: id })
    })

    route(app, surveyStats, async ({ project, params, query, asker }) => {
      const { survey } = await surveys.get(project.id, params.id)
      return {
        ...(await results.statsOf(survey, query, asker)),
        survey_id: survey.id,
        start_date: survey.startDate,
        end_date: survey.endDate,
      }
    })

    route(app, surveyResponses, async ({ project, params, query, url, asker }) => {
      const { survey } = await surveys.get(project.id, params.id)
      const found = await results.responses(survey, query, asker)
      return { ...pageLinks(url, query, found.hasMore), results: found.results }
    })
  }

const instantOf = (text: string | null | undefined) => (text ? toUtc(text) : text)

const changesOf = (body: GivenSurvey): SurveyChanges => ({
  name: body.name,
  description: body.description,
  type: body.type,
  schedule: body.schedule,
  linkedFlagId: body.linked_flag_id,
  targetingFlagId: body.targeting_flag_id,
  targetingFilters: body.targeting_flag_filters,
  removesTargeting: body.remove_targeting_flag ?? false,
  questions: body.questions,
  conditions: body.conditions,
  appearance: body.appearance,
  startDate: instantOf(body.start_date),
  endDate: instantOf(body.end_date),
  archived: body.archived,
  responsesLimit: body.responses_limit,
  iterationCount: body.iteration_count,
  iterationFrequencyDays: body.iteration_frequency_days,
  enablePartialResponses: body.enable_partial_responses,
})
