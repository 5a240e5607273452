import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import { userBasic } from '../../http/account-shapes.ts'
import { doneBy } from '../../http/activity-shapes.ts'
import { toUtc } from '../../http/date-time.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import type { Jobs } from '../../jobs/jobs.ts'
import { escapeHtml } from '../../kit/html.ts'
import { invalid } from '../../model/errors.ts'
import type { Outgoing } from '../../outgoing/outgoing.ts'
import {
  askUnsubscribe,
  createSubscription,
  deleteSubscription,
  type GivenSubscription,
  listSubscriptions,
  replaceSubscription,
  retrieveSubscription,
  unsubscribe,
  updateSubscription,
} from './contract.ts'
import { type Schedule, summaryOf } from './schedule.ts'
import {
  type Changes,
  recipientsOf,
  type SubscriptionRow,
  type SubscriptionStore,
  scheduleOf,
} from './store.ts'
import { sendSubscriptions } from './tasks.ts'

type Deps = {
  subscriptions: SubscriptionStore
  outgoing: Pick<Outgoing, 'check'>
  jobs: Pick<Jobs, 'send'>
  activity: Pick<ActivityLog, 'record'>
  canMail: boolean
}

const mostRecipients = 50

export const subscriptionRoutes =
  ({ subscriptions, outgoing, jobs, activity, canMail }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, listSubscriptions, async ({ project, query, url }) => {
      const { count, results } = await subscriptions.list(project.id, query)
      return counted(url, query, { count, results: results.map(present) })
    })

    route(app, createSubscription, async ({ project, user, body }) => {
      const given = changesOf(body)
      const { targetType, targetValue, frequency, startDate } = given
      await check({ ...given, targetType: targetType!, targetValue: targetValue! })
      checkThing(given)
      const required = { targetType: targetType!, targetValue: targetValue!, frequency: frequency! }
      const row = await subscriptions.create(
        project.id,
        user.id,
        { ...given, ...required, startDate: startDate! },
        body.invite_message,
      )
      await activity.record({ ...doneBy(project, user), ...known(row), activity: 'created' })
      await jobs.send(sendSubscriptions, {})
      const { targetType: type, secret } = row.subscription
      return { ...present(row), ...(type === 'webhook' && { webhook_secret: secret }) }
    })

    route(app, retrieveSubscription, async ({ project, params }) =>
      present(await subscriptions.get(project.id, params.id)),
    )

    for (const update of [updateSubscription, replaceSubscription]) {
      route(app, update, async ({ project, user, params, body }) => {
        const before = await subscriptions.get(project.id, params.id)
        const changes = changesOf(body)
        const { targetType, targetValue } = { ...before.subscription, ...defined(changes) }
        const isAimed = changes.targetType !== undefined || changes.targetValue !== undefined
        await check({ ...changes, ...(isAimed && { targetType, targetValue }) })
        checkThing({ ...before.subscription, ...defined(changes) })
        const after = await subscriptions.update(project.id, params.id, changes, body.invite_message)
        const told = changesBetween('Subscription', present(before), present(after), {
          omit: ['next_delivery_date', 'last_failure'],
        })
        await activity.record({
          ...doneBy(project, user),
          ...known(after),
          activity: 'updated',
          changes: told,
        })
        if (isAimed) await jobs.send(sendSubscriptions, {})
        return present(after)
      })
    }

    route(app, deleteSubscription, async ({ reply }) => reply.header('allow', 'GET, PUT, PATCH').send())

    route(app, askUnsubscribe, async ({ query, reply }) => {
      const { recipient } = await subscriptions.recipientOfToken(query.token)
      return page(
        reply,
        `<p>End these e-mails to ${escapeHtml(recipient)}?</p><form method="post"><button>Unsubscribe</button></form>`,
      )
    })

    route(app, unsubscribe, async ({ query, reply }) => {
      const { subscription, recipient } = await subscriptions.recipientOfToken(query.token)
      await subscriptions.removeRecipient(subscription, recipient)
      return page(reply, `<p>${escapeHtml(recipient)} gets no more of these e-mails.</p>`)
    })

    /** @throws HedgerowError `invalid` for a target that can't be reached from here. */
    async function check(given: Changes): Promise<void> {
      if (given.bysetpos && given.byweekday !== undefined && !given.byweekday?.length) {
        throw invalid('It goes with `byweekday` only.', { attr: 'bysetpos' })
      }
      const { targetType: type, targetValue: value } = given
      if (type === undefined || value === undefined) return
      if (type === 'slack') {
        throw invalid(
          'Slack needs an app of its own, which Hedgerow does not have. Use a webhook or e-mail.',
          {
            attr: 'target_type',
          },
        )
      }
      if (type === 'webhook') return outgoing.check(value, 'target_value')
      if (!canMail) {
        throw invalid("E-mail isn't set up on this server (SMTP_URL). Webhooks work.", {
          attr: 'target_type',
          code: 'not_supported',
        })
      }
      const recipients = recipientsOf({ targetType: type, targetValue: value })
      const wrong = recipients.find((one) => !z.email().safeParse(one).success)
      if (wrong !== undefined || !recipients.length) {
        throw invalid(`"${wrong ?? ''}" is not an e-mail address.`, { attr: 'target_value' })
      }
      if (recipients.length > mostRecipients) {
        throw invalid(`At most ${mostRecipients} recipients.`, { attr: 'target_value' })
      }
    }
  }

/** @throws HedgerowError `invalid` unless it is of one insight or one dashboard. */
function checkThing({ insightId, dashboardId }: Changes): void {
  if (Boolean(insightId) === Boolean(dashboardId)) {
    throw invalid('Either dashboard or insight is required for a subscription.', {
      attr: insightId ? 'dashboard' : 'insight',
    })
  }
}

function changesOf(body: GivenSubscription): Changes {
  return {
    insightId: body.insight,
    dashboardId: body.dashboard,
    title: body.title,
    targetType: body.target_type,
    targetValue: body.target_value,
    frequency: body.frequency,
    interval: body.interval,
    byweekday: body.byweekday,
    bysetpos: body.bysetpos,
    count: body.count,
    startDate: body.start_date && toUtc(body.start_date),
    untilDate: body.until_date ? toUtc(body.until_date) : body.until_date,
    deleted: body.deleted,
  }
}

const defined = (changes: Changes): Changes =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))

const known = ({ subscription }: SubscriptionRow) => ({
  scope: 'Subscription' as const,
  itemId: subscription.id,
  name: subscription.title ?? summaryOf(scheduleOf(subscription)),
  createdBy: subscription.createdBy,
})

const page = (reply: FastifyReply, body: string) =>
  reply
    .type('text/html; charset=utf-8')
    .headers({
      'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    .serializer(String)
    .send(`<!doctype html><html lang="en"><title>Hedgerow</title><body>${body}</body></html>`)

const present = ({
  subscription: row,
  creator,
}: SubscriptionRow): z.input<typeof retrieveSubscription.answer> => ({
  id: row.id,
  dashboard: row.dashboardId,
  insight: row.insightId,
  title: row.title,
  target_type: row.targetType as 'email',
  target_value: row.targetValue,
  frequency: row.frequency as Schedule['frequency'],
  interval: row.interval,
  byweekday: row.byweekday as Schedule['byweekday'],
  bysetpos: row.bysetpos,
  count: row.count,
  start_date: row.startDate,
  until_date: row.untilDate,
  created_at: row.createdAt,
  created_by: creator && userBasic(creator),
  deleted: row.deleted,
  summary: summaryOf(scheduleOf(row)),
  next_delivery_date: row.deleted ? null : row.nextDeliveryDate,
  last_failure: row.lastFailure,
})
