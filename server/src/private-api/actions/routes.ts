import type { FastifyInstance } from 'fastify'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import { and, call, compare, field, from, select } from '../../hogql/ast.ts'
import { userBasic } from '../../http/account-shapes.ts'
import { doneBy } from '../../http/activity-shapes.ts'
import { toUtc } from '../../http/date-time.ts'
import { route } from '../../http/operation.ts'
import { actionExpr } from '../../insights/actions.ts'
import { parseDate } from '../../insights/date-range.ts'
import { instant } from '../../insights/property-filters.ts'
import type { Questions } from '../../insights/questions.ts'
import {
  countAction,
  createAction,
  deleteAction,
  type GivenAction,
  listActions,
  replaceAction,
  retrieveAction,
  updateAction,
} from './contract.ts'
import { type ActionRow, type ActionStore, askable } from './store.ts'

type Deps = { actions: ActionStore; questions: Questions; activity: Pick<ActivityLog, 'record'> }

export const actionRoutes =
  ({ actions, questions, activity }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, listActions, async ({ project }) => {
      const found = await actions.list(project.id)
      return { results: found.map(present) }
    })

    route(app, createAction, async ({ project, user, body }) => {
      const made = await actions.create(project.id, user.id, changesOf(body))
      await activity.record({ ...doneBy(project, user), ...known(made), activity: 'created' })
      return present(made)
    })

    route(app, retrieveAction, async ({ project, params }) =>
      present(await actions.get(project.id, params.id)),
    )

    for (const update of [updateAction, replaceAction]) {
      route(app, update, async ({ project, user, params, body }) => {
        const before = await actions.get(project.id, params.id)
        const after = await actions.update(project.id, params.id, changesOf(body))
        const changes = changesBetween('Action', present(before), present(after))
        await activity.record({ ...doneBy(project, user), ...known(after), activity: 'updated', changes })
        return present(after)
      })
    }

    route(app, deleteAction, async ({ reply }) => reply.header('allow', 'GET, PUT, PATCH').send())

    route(app, countAction, async ({ project, params }) => {
      const { action } = await actions.get(project.id, params.id)
      const ctx = await questions.filterContext(project, 'events', action.steps)
      const [row] = await questions.rows(
        project,
        select({
          select: [call('count')],
          from: from('events'),
          where: and(
            compare(field('timestamp'), '>', instant(parseDate('-3m', ctx.clock).time)),
            actionExpr(askable(action), ctx),
          ),
        }),
        ctx.propertyType,
      )
      return { count: Number(row?.[0] ?? 0) }
    })
  }

function changesOf(body: GivenAction) {
  return {
    name: body.name,
    description: body.description === null ? '' : body.description,
    tags: body.tags,
    postToSlack: body.post_to_slack,
    slackMessageFormat: body.slack_message_format === null ? '' : body.slack_message_format,
    steps: body.steps,
    lastCalculatedAt: body.last_calculated_at && toUtc(body.last_calculated_at),
    deleted: body.deleted,
  }
}

const known = ({ action }: ActionRow) => ({
  scope: 'Action' as const,
  itemId: action.id,
  name: action.name,
  createdBy: action.createdBy,
})

const present = ({ action, creator, tags }: ActionRow) => ({
  id: action.id,
  name: action.name,
  description: action.description,
  tags,
  post_to_slack: action.postToSlack,
  slack_message_format: action.slackMessageFormat,
  steps: action.steps,
  created_at: action.createdAt,
  created_by: creator && userBasic(creator),
  deleted: action.deleted,
  is_calculating: false as const,
  last_calculated_at: action.lastCalculatedAt,
  team_id: action.projectId,
  is_action: true as const,
})
