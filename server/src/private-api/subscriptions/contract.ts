import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { DateTime } from '../../http/date-time.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { frequencies, weekdays } from './schedule.ts'

const id = z.int().min(1).max(2_147_483_647)
const whole = z.int().min(1).max(10_000)
const targetType = z.enum(['email', 'slack', 'webhook']).describe('How it is sent. `slack` is not here.')
const frequency = z.enum(frequencies)
const byweekday = z
  .array(z.enum(weekdays))
  .max(7)
  .nullable()
  .describe('On which days; without it, on the day of `start_date`.')
const bysetpos = z
  .int()
  .refine((n) => [1, 2, 3, 4, -1].includes(n), 'must be 1, 2, 3, 4 or -1')
  .nullable()
  .describe('Which of these days of a period: 1 to 4, or -1 for the last. Only with `byweekday`.')

const fields = {
  dashboard: id.nullable().describe('The dashboard that is sent; or else `insight`.'),
  insight: id.nullable().describe('The insight that is sent; or else `dashboard`.'),
  title: z.string().max(100).nullable().describe('What the message is called; without it, as what is sent.'),
  target_type: targetType,
  target_value: z
    .string()
    .min(1)
    .max(5000)
    .describe('E-mail addresses, separated by commas; or an http or https address.'),
  frequency: frequency.describe('How often: every day, week, month or year, or every `interval` of them.'),
  interval: whole.describe('Every so many days, weeks, months or years.'),
  byweekday,
  bysetpos,
  count: whole.nullable().describe('So many times in all.'),
  start_date: DateTime.describe(
    'The first time; later ones are at the same time of day in the project’s time zone.',
  ),
  until_date: DateTime.nullable().describe('Not after that.'),
  deleted: z.boolean().describe('True ends it.'),
  invite_message: z
    .string()
    .max(1000)
    .nullable()
    .describe('Said to new recipients, who get the first message at once. It is not kept.'),
}

const shape = {
  id: z.int().describe('What addresses name it by.'),
  dashboard: z.int().nullable().describe('The dashboard that is sent; null where it is an insight.'),
  insight: z.int().nullable().describe('The insight that is sent; null where it is a dashboard.'),
  title: z.string().nullable().describe('What the message is called; null: as what is sent.'),
  target_type: targetType,
  target_value: z.string().describe('E-mail addresses, separated by commas; or the address of a webhook.'),
  frequency: frequency.describe('How often: every day, week, month or year, or every `interval` of them.'),
  interval: z.int().describe('Every so many days, weeks, months or years.'),
  byweekday,
  bysetpos: z
    .int()
    .nullable()
    .describe('Which of the days of `byweekday` in a period: 1 to 4, or -1 for the last; null for all.'),
  count: z.int().nullable().describe('So many times in all; null for no end.'),
  start_date: Instant.describe(
    'The first time; later ones are at the same time of day in the project’s time zone.',
  ),
  until_date: Instant.nullable().describe('Not after that; null for no end.'),
  created_at: Instant.describe('When it was made.'),
  created_by: UserBasic.nullable().describe('With whose rights it is asked.'),
  deleted: z.boolean().describe('Whether it was ended.'),
  summary: z.string().describe('When it is sent, in words: `sent every 2 weeks`.'),
  next_delivery_date: Instant.nullable().describe('Null when it is over.'),
  last_failure: z.string().nullable().describe('Why the last message that failed was not sent.'),
}
const Subscription = z
  .object(shape)
  .meta({ id: 'Subscription', description: 'An insight or a dashboard that is sent again and again.' })
const NewSubscription = z
  .object({
    ...shape,
    webhook_secret: z
      .string()
      .optional()
      .describe('What messages to a webhook are signed with. It is told here and never again.'),
  })
  .meta({ id: 'CreatedSubscription' })

const changes = z.object(fields).partial()
export type GivenSubscription = z.output<typeof changes>

const path = '/api/projects/:project_id/subscriptions/'
const common = { access: 'project', tags: ['subscriptions'] } as const
const read = { ...common, scope: 'subscription:read' } as const
const write = { ...common, scope: 'subscription:write' } as const
const one = {
  path: `${path}:id/`,
  params: z.object({
    id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the subscription.'),
  }),
} as const
const required = { target_type: true, target_value: true, frequency: true, start_date: true } as const

export const listSubscriptions = operation({
  ...read,
  id: 'subscriptions_list',
  method: 'GET',
  path,
  summary: 'List subscriptions',
  description: 'The newest first.',
  query: z.object({
    ...pageQuery,
    insight: z.coerce.number().int().optional().describe('Only of this insight.'),
    dashboard: z.coerce.number().int().optional().describe('Only of this dashboard.'),
    deleted: z.string().optional().describe('With any value: those that were ended, too.'),
  }),
  answer: pageOf(Subscription).meta({ id: 'PaginatedSubscriptionList' }),
})

export const createSubscription = operation({
  ...write,
  id: 'subscriptions_create',
  method: 'POST',
  path,
  summary: 'Subscribe to an insight or a dashboard',
  description:
    'Its figures are sent by e-mail, as tables with a link, or by POST to an address of yours. Recipients get the first message at once.',
  body: changes.required(required).meta({ id: 'SubscriptionCreation' }),
  status: 201,
  answer: NewSubscription,
  errors: [400],
})

export const retrieveSubscription = operation({
  ...read,
  ...one,
  id: 'subscriptions_retrieve',
  method: 'GET',
  summary: 'Get a subscription',
  description:
    "`next_delivery_date` says when it is sent next, `last_failure` what went wrong. A webhook's secret is not told again.",
  answer: Subscription,
  errors: [404],
})

export const updateSubscription = operation({
  ...write,
  ...one,
  id: 'subscriptions_partial_update',
  method: 'PATCH',
  summary: 'Change a subscription',
  description: 'What is not sent stays. `{"deleted": true}` ends it.',
  body: changes.meta({ id: 'SubscriptionChanges' }),
  answer: Subscription,
  errors: [400, 404],
})

export const replaceSubscription = operation({
  ...updateSubscription,
  id: 'subscriptions_update',
  method: 'PUT',
  summary: 'Change a subscription, as PATCH does',
  description: 'What is not sent stays here too.',
})

export const deleteSubscription = operation({
  ...write,
  ...one,
  id: 'subscriptions_destroy',
  method: 'DELETE',
  summary: 'Not allowed',
  description: 'PATCH `{"deleted": true}` instead.',
  status: 405,
  answer: null,
})

const token = z.object({ token: z.string().max(2000).describe('From the link in the e-mail.') })

export const askUnsubscribe = operation({
  access: 'anyone',
  id: 'unsubscribe_retrieve',
  method: 'GET',
  path: '/api/unsubscribe/',
  tags: ['subscriptions'],
  summary: 'Ask whether to end the e-mails',
  description: 'A page with a button: what only looks at links ends nothing.',
  query: token,
  answer: null,
  errors: [400],
})

export const unsubscribe = operation({
  access: 'anyone',
  id: 'unsubscribe_create',
  method: 'POST',
  path: '/api/unsubscribe/',
  tags: ['subscriptions'],
  summary: 'End the e-mails of a subscription to one recipient',
  description:
    'As the button of that page does. When the last recipient has ended it, the subscription ends.',
  query: token,
  answer: null,
  errors: [400],
})
