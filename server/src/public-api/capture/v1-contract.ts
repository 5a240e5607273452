import { z } from 'zod'
import type { PublicOperation } from '../../http/operation.ts'
import { captureTag } from './contract.ts'

/** What Capture V1 says about itself; like all of capture it reads bodies by itself (`v1-batch.ts`). */
const properties = z.record(z.string(), z.unknown())

const V1Event = z
  .object({
    event: z.string().describe('Its name, at most 200 bytes.'),
    uuid: z.uuid().describe("The event's own id, by which a repeated one is known and its result is found."),
    distinct_id: z.string().describe('Whose event it is, at most 200 bytes.'),
    timestamp: z.string().describe("When it happened by the sender's clock, ISO 8601."),
    session_id: z.string().optional().describe('Kept as `$session_id`.'),
    window_id: z.string().optional().describe('Kept as `$window_id`.'),
    options: z
      .object({
        process_person_profile: z.boolean().optional().describe('False leaves the person alone.'),
        cookieless_mode: z.boolean().optional().describe('Kept as `$cookieless_mode`.'),
        disable_skew_correction: z
          .boolean()
          .optional()
          .describe('True takes `timestamp` as it is, whatever the clock of the sender says.'),
        product_tour_id: z.string().optional().describe('Kept as `$product_tour_id`.'),
      })
      .nullish()
      .describe('How the event is to be handled. Unknown ones are ignored.'),
    properties: properties.describe(
      'Facts about the event, with `$set`, `$set_once` and `$groups` as everywhere.',
    ),
  })
  .meta({ id: 'CaptureV1Event' })

const V1Body = z
  .object({
    created_at: z.string().describe('When the batch was put together, RFC 3339.'),
    historical_migration: z
      .boolean()
      .optional()
      .describe('Says that these are old events; they are handled like all.'),
    batch: z.array(V1Event).min(1).describe('The events, in the order in which they happened.'),
  })
  .meta({ id: 'CaptureV1Batch' })

const V1Answer = z
  .object({
    results: z
      .record(
        z.string(),
        z.object({
          result: z
            .enum(['ok', 'warning', 'drop', 'retry'])
            .describe('Stored; stored, with a remark; refused for good; to be sent again.'),
          details: z.string().optional().describe('Why it is not plainly `ok`.'),
        }),
      )
      .describe('By the uuid of each event, in lower case, in the order of the batch.'),
  })
  .meta({
    id: 'CaptureV1Results',
    examples: [{ results: { '01a2067e-7b8c-7000-8000-5d3c1f7a9b10': { result: 'ok' } } }],
  })

const V1Failure = z.object({
  error: z.string().describe('For programs to switch on.'),
  error_description: z.string().describe('For people to read.'),
  error_uri: z.string().describe('Where to read more; always the same address.'),
})

const example = {
  created_at: '2026-03-01T12:00:09Z',
  batch: [
    {
      event: 'order placed',
      uuid: '01a2067e-7b8c-7000-8000-5d3c1f7a9b10',
      distinct_id: 'user-42',
      timestamp: '2026-03-01T12:00:00Z',
      options: {},
      properties: { total: 49.9, $groups: { company: 'acme' } },
    },
  ],
}

const declare = (id: string, path: string, summary: string): PublicOperation => ({
  id,
  method: 'POST',
  path,
  tag: captureTag,
  summary,
  description: `Capture V1: the key is in \`Authorization: Bearer phc_…\`; \`PostHog-Sdk-Info\` (\`name/version\`),
\`PostHog-Attempt\` (from 1), \`PostHog-Request-Id\` (a UUID, echoed), \`PostHog-Request-Timestamp\` (RFC 3339: what
timestamps are corrected by), \`Content-Type: application/json\` and \`User-Agent\` are required, and
\`Content-Encoding\` may be gzip, deflate, br or zstd. Every event gets a result of its own; only those with \`retry\`
are worth sending again. A request whose events can't be told apart is refused whole.`,
  body: V1Body,
  example,
  answer: V1Answer,
  failure: V1Failure,
  errors: [400, 401, 413, 415],
})

/** The paths of Capture V1. */
export const v1Operations = [
  declare(
    'i_v1_analytics_events_create',
    '/i/v1/analytics/events/',
    'Capture events, with a result for each',
  ),
  declare(
    'i_v1_ai_events_create',
    '/i/v1/ai/events/',
    'Capture events of language models, with a result for each',
  ),
]
