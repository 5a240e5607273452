import { z } from 'zod'
import { Element } from '../../http/element-shapes.ts'
import { operation } from '../../http/operation.ts'
import { propertiesParameter } from '../../http/property-filters-parameter.ts'

const path = '/api/projects/:project_id/elements/'
const common = {
  method: 'GET',
  access: 'project',
  scope: 'query:read',
  tags: ['elements'],
  readsEvents: true,
  errors: [400],
} as const

const ElementStats = z
  .object({
    count: z.int().describe('How many events were on these elements.'),
    hash: z.null().describe('Always null; PostHog once had a number for each chain.'),
    type: z.string().describe('The event: `$autocapture`, `$rageclick`, …'),
    elements: z.array(Element).describe('The element, then what holds it, from the inside outwards.'),
  })
  .meta({ id: 'ElementStats', description: 'An element with what holds it, and how often it was used.' })

const mostOnPage = 10_000

export const elementStats = operation({
  ...common,
  id: 'elements_stats_retrieve',
  path: `${path}stats/`,
  aliases: ['/api/element/stats/'],
  summary: 'Count clicks by element',
  description:
    'What was clicked most, by element with all that hold it: what a heatmap shows. The last seven days unless said. ' +
    'A list, or with `paginate_response` a page.',
  query: z.object({
    include: z
      .union([z.string(), z.array(z.string()).max(100)])
      .optional()
      .describe('Events to count, `$autocapture` unless said: also `$rageclick`, …. May be repeated.'),
    date_from: z.string().optional().describe('ISO date or relative; `-7d` unless said, `all` for no bound.'),
    date_to: z.string().optional().describe('Like `date_from`; now unless said.'),
    properties: propertiesParameter,
    filter_test_accounts: z
      .string()
      .optional()
      .describe("`true`: without the project's internal and test users."),
    limit: z.coerce
      .number()
      .int()
      .positive()
      .catch(250)
      .default(250)
      .transform((limit) => Math.min(limit, mostOnPage))
      .describe(`Number of elements on a page, 250 unless said, at most ${mostOnPage}.`),
    offset: z.coerce
      .number()
      .int()
      .nonnegative()
      .max(1_000_000)
      .catch(0)
      .default(0)
      .describe('How many elements to leave out at the start.'),
    paginate_response: z.string().optional().describe('`true`: answer a page, with links to its neighbours.'),
  }),
  answer: z.union([
    z.array(ElementStats),
    z
      .object({
        results: z.array(ElementStats).describe('Those of this page, the most used first.'),
        next: z.string().nullable().describe('Address of the next page.'),
        previous: z.string().nullable().describe('Address of the previous page.'),
      })
      .meta({ id: 'ElementStatsPage' }),
  ]),
})

export const elementValues = operation({
  ...common,
  id: 'elements_values_retrieve',
  path: `${path}values/`,
  aliases: ['/api/element/values/'],
  summary: 'List values that elements have',
  description: 'The most frequent of the last seven days, at most 100: to choose from in filters.',
  query: z.object({
    key: z
      .string()
      .optional()
      .describe('`tag_name`, `text`, `href`, `attr_id` or `attr_class`; others have no values.'),
    value: z.string().optional().describe('Only values that contain this, in any case of letters.'),
  }),
  answer: z.array(z.object({ name: z.string().describe('The value.') })),
})
