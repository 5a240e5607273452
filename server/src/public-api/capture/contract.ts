import { z } from 'zod'
import type { PublicOperation } from '../../http/operation.ts'

/**
 * What capture says about itself. It reads bodies by itself (`decode.ts`, `admit.ts`), being more lenient than any
 * schema; tests hold the two together.
 */
export const captureTag = {
  name: 'capture',
  description: `Public endpoints that take events. They are for programs that anybody can read, such as a web page: a
**project API key** (\`phc_…\`) is enough, and the answer never holds anything that was stored. There is no rate limit,
only the limit on a body's size (\`DATA_UPLOAD_MAX_MEMORY_SIZE\`, 20 MB unless set; as sent and unpacked) and on an
event's (1 MiB of JSON; 8 MiB where its name begins with \`$ai_\`).

The key goes in \`api_key\` (or \`token\`) of the body, of each event or its \`properties\`, or of the query string; one
request is for one project. In the same places, as \`personal_api_key\`, or as \`Authorization: Bearer phx_…\`, a
**personal API key** is taken too: then the events go to the project that its user visited last.

**200 means stored**: the events are on disk, and can be queried within about a second. 400, 401 and 413 are final, and
nothing of such a request is stored; after 503 the same request may be sent again (\`Retry-After\` says when), and after
an answer that never came too. An event with a \`uuid\` counts once, however often it is sent within a day.

Every path takes what the others take: one event, a list of events, or an envelope with \`batch\`; as JSON whatever the
content type, compressed by gzip (\`Content-Encoding: gzip\`, or just so), or as a form whose field \`data\` is JSON,
perhaps in base64. \`GET\` with the body in \`?data=\` does the same; \`?beacon=1\` asks for 204 and no body.`,
} as const

const properties = z.record(z.string(), z.unknown())

const event = {
  api_key: z.string().optional().describe('The project API key, `phc_…`. `token` is the same.'),
  distinct_id: z
    .string()
    .describe(
      'Whose event it is: an id of your choice, at most 200 characters. Other types are kept as their JSON text.',
    ),
  properties: properties
    .optional()
    .describe(
      'Facts about the event. Names with a `$` mean something: `$set`, `$set_once` and `$unset` change the person, `$groups` names the groups, `$process_person_profile: false` leaves the person alone, `$ip` is where it came from.',
    ),
  $set: properties.optional().describe("The person's properties from now on; before `properties.$set`."),
  $set_once: properties
    .optional()
    .describe("The person's properties, where they have none of that name yet."),
  timestamp: z
    .string()
    .optional()
    .describe(
      'When it happened, ISO 8601; without a zone UTC. Default: now. With `sent_at` known it is corrected by the difference of the clocks.',
    ),
  offset: z.int().optional().describe('How long ago it happened, milliseconds; before `timestamp`.'),
  uuid: z
    .uuid()
    .optional()
    .describe("The event's own id, by which a repeated one is known. Default: a new one."),
}

const CapturedEvent = z
  .object({ event: z.string().min(1).describe('Its name, at most 200 characters.'), ...event })
  .meta({ id: 'CapturedEvent' })

const CapturedBatch = z
  .object({
    api_key: z.string().describe('The project API key, `phc_…`, for all of the events. `token` is the same.'),
    batch: z
      .array(CapturedEvent)
      .min(1)
      .describe('The events, in the order in which they happened. One that is wrong refuses all.'),
    sent_at: z
      .string()
      .optional()
      .describe("The sender's clock when it sends, ISO 8601: what `timestamp`s are corrected by."),
    historical_migration: z
      .boolean()
      .optional()
      .describe('Says that these are old events; they are handled like all.'),
  })
  .meta({ id: 'CapturedBatch' })

const Engagement = z
  .object({ event: z.string().optional().describe('Default: `$identify`.'), ...event })
  .meta({ id: 'Engagement' })

const key = 'phc_your_project_api_key'

const one = {
  body: CapturedEvent,
  example: {
    api_key: key,
    event: 'order placed',
    distinct_id: 'user-42',
    timestamp: '2026-03-01T12:00:00Z',
    properties: { total: 49.9, currency: 'EUR', $set: { plan: 'team' } },
  },
}

const several = {
  body: CapturedBatch,
  example: {
    api_key: key,
    sent_at: '2026-03-01T12:00:09Z',
    batch: [
      {
        event: 'order placed',
        distinct_id: 'user-42',
        timestamp: '2026-03-01T12:00:00Z',
        properties: { total: 49.9, $groups: { company: 'acme' } },
      },
      {
        event: '$pageview',
        distinct_id: 'user-42',
        timestamp: '2026-03-01T12:00:04Z',
        properties: { $current_url: 'https://example.com/thanks' },
      },
    ],
  },
}

const person = {
  body: Engagement,
  example: { api_key: key, distinct_id: 'user-42', $set: { email: 'ann@example.com', plan: 'team' } },
}

const Stored = z
  .object({ status: z.literal('Ok').describe('Always `Ok`: the events are on disk.') })
  .meta({ id: 'CaptureStored', examples: [{ status: 'Ok' }] })

const declare = (
  id: string,
  path: string,
  { body, example }: { body: z.ZodType; example: unknown },
  summary: string,
  description?: string,
): PublicOperation => ({
  id,
  method: 'POST',
  path,
  tag: captureTag,
  summary,
  description,
  body,
  example,
  answer: Stored,
  errors: [400, 401, 413, 503],
})

/** Every path that takes events. `legacy` ones unwrap base64 once more. */
export const captureOperations = [
  {
    legacy: true,
    declared: declare(
      'capture_create',
      '/capture/',
      one,
      'Capture an event',
      'What you send by hand or from a language without an SDK; older SDKs too.',
    ),
  },
  {
    legacy: false,
    declared: declare('batch_create', '/batch/', several, 'Capture events', 'What server-side SDKs send.'),
  },
  {
    legacy: true,
    declared: declare('e_create', '/e/', one, 'Capture an event', 'What posthog-js sends.'),
  },
  {
    legacy: false,
    declared: declare(
      'i_v0_e_create',
      '/i/v0/e/',
      one,
      'Capture an event',
      'What newer versions of posthog-js send.',
    ),
  },
  {
    legacy: false,
    declared: declare(
      'i_v0_ai_batch_create',
      '/i/v0/ai/batch/',
      several,
      'Capture events of language models',
      'The same as `/batch/`, at the address that SDKs use for `$ai_…` events.',
    ),
  },
  {
    legacy: true,
    declared: declare('track_create', '/track/', one, 'Capture an event', 'For very old SDKs.'),
  },
  {
    legacy: true,
    declared: declare(
      'engage_create',
      '/engage/',
      person,
      "Set a person's properties",
      'For very old SDKs: an event that needs no name.',
    ),
  },
]
