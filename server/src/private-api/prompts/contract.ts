import { z } from 'zod'
import { operation } from '../../http/operation.ts'

export const myPrompts = operation({
  id: 'prompts_my_prompts_partial_update',
  method: 'PATCH',
  path: '/api/prompts/my_prompts/',
  access: 'user',
  scope: 'any',
  limitsKeys: true,
  tags: ['prompts'],
  summary: 'Tell which tours you have seen',
  description:
    'PostHog’s web app asks here which tours through it are to be shown. There are none: the answer is always the same, and what is sent is not kept.',
  body: z
    .record(z.string(), z.unknown())
    .describe('By the name of a tour, how far you are: `last_updated_at`, `step`, `completed`, `dismissed`.')
    .meta({ id: 'PromptStates' }),
  answer: z
    .object({
      state: z.record(z.string(), z.unknown()).describe('How far you are in each tour: empty.'),
      sequences: z.array(z.unknown()).describe('The tours that there are: none.'),
    })
    .meta({ id: 'MyPrompts' }),
})
