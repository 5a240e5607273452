import type { FastifyInstance } from 'fastify'
import type { ActivityLog } from '../activity/activity-log.ts'
import type { Database } from '../database/database.ts'
import type { ActorReader } from '../http/show-actors.ts'
import type { Answers } from '../insights/answer-life.ts'
import type { Questions } from '../insights/questions.ts'
import { kindOf } from '../insights/saved-question.ts'
import { createCollaboratorStore } from '../saved/collaborators.ts'
import { createDashboardStore } from '../saved/dashboards.ts'
import { createInsightStore } from '../saved/insights.ts'
import { createSharingLinkStore } from '../saved/sharing-links.ts'
import { dashboardTemplateRoutes } from './dashboard-templates/routes.ts'
import { dashboardRoutes } from './dashboards/routes.ts'
import { createAnswerSaved } from './insights/answer-saved.ts'
import { savedInsightRoutes } from './insights/saved-routes.ts'
import { createPublicAnswers } from './sharing/public-answers.ts'
import { publicSharingRoutes } from './sharing/public-routes.ts'
import { sharingRoutes } from './sharing/routes.ts'

type Deps = {
  database: Database
  answers: Answers
  questions: Pick<Questions, 'rows'>
  activity: ActivityLog
  now: () => Date
} & ActorReader

/** The slices around what is saved: insights, dashboards, and the links by which they are shared. */
export const savedApi = (deps: Deps) => async (app: FastifyInstance) => {
  const { database, answers, questions, activity, now } = deps
  const insights = createInsightStore(database, { activity, kindOf })
  const dashboards = createDashboardStore(database, { activity })
  const collaborators = createCollaboratorStore(database, { activity })
  const links = createSharingLinkStore(database)
  const answerSaved = createAnswerSaved(deps)
  await app.register(savedInsightRoutes({ insights, answerSaved, activity, now }))
  await app.register(dashboardRoutes({ dashboards, collaborators, answerSaved, questions, now }))
  await app.register(dashboardTemplateRoutes)
  await app.register(sharingRoutes({ links, insights, dashboards, activity }))
  const answerPublic = createPublicAnswers({ answers })
  await app.register(publicSharingRoutes({ links, insights, dashboards, answerPublic }))
}
