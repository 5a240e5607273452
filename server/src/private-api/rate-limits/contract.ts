import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'

const RateLimit = z.object({
  name: z.string().describe('`crud_burst`, `crud_sustained`, `analytics_burst`, …'),
  limit: z.int().describe('The most requests in any window of this length.'),
  window_seconds: z
    .int()
    .describe('Length of the window: a minute for bursts, an hour for what is sustained.'),
  used: z.int().describe('Requests in the window that ends now.'),
  remaining: z.int().describe('How many more are answered now; 0 means 429.'),
  resets_at: Instant.nullable().describe(
    'When the oldest of them leaves the window; null when there is none.',
  ),
})

export const listRateLimits = operation({
  id: 'organizations_rate_limits_retrieve',
  method: 'GET',
  path: '/api/organizations/:id/rate_limits/',
  access: 'user',
  limitsKeys: true,
  scope: 'organization:read',
  tags: ['rate_limits'],
  summary: "How far an organization's rate limits are used",
  description:
    'All personal API keys of all members count together. Browser sessions, captured events and flag evaluation are not counted.',
  params: z.object({ id: z.string().describe('The organization; `@current` is the one you work in.') }),
  answer: z
    .object({
      enabled: z.boolean().describe('Whether this server limits rates at all; else nothing is counted.'),
      results: z.array(RateLimit).describe('One for each limit.'),
    })
    .meta({ id: 'RateLimitUse' }),
  errors: [404],
})
