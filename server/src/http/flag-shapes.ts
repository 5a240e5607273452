import { z } from 'zod'
import type { StoredFlag } from '../flags/flag-writes.ts'

/** How feature flags, and what has them, look inside other things. */

export const MinimalFeatureFlag = z
  .object({
    id: z.int().describe('What addresses name it by; the key is what code names it by.'),
    team_id: z.int().describe('The project that it belongs to.'),
    name: z.string().describe('The description.'),
    key: z.string().describe('What code asks for; unique in its project.'),
    filters: z
      .record(z.string(), z.unknown())
      .describe('Who gets it: `groups` of conditions, variants and payloads.'),
    deleted: z.boolean().describe('Whether it is deleted: then nobody gets it.'),
    active: z.boolean().describe('Whether it is on at all; off, nobody gets it.'),
    ensure_experience_continuity: z
      .boolean()
      .describe('Whether people keep what they got before they logged in.'),
    has_encrypted_payloads: z.literal(false).describe('Always false: payloads are not encrypted.'),
    version: z.int().describe('Counts the changes, from 1.'),
    evaluation_runtime: z.string().describe('Which SDKs evaluate it: `client`, `server` or `all`.'),
    bucketing_identifier: z
      .string()
      .nullable()
      .describe('What a rollout is drawn by: `distinct_id` (or null) or `device_id`.'),
    evaluation_tags: z
      .array(z.string())
      .describe('Contexts in which it is evaluated, as SDKs name theirs; empty for all.'),
  })
  .meta({ id: 'MinimalFeatureFlag', description: 'A feature flag in short.' })

export const minimalFlag = (flag: StoredFlag): z.input<typeof MinimalFeatureFlag> => ({
  id: flag.id,
  team_id: flag.projectId,
  name: flag.name,
  key: flag.key,
  filters: flag.filters,
  deleted: flag.deleted,
  active: flag.active,
  ensure_experience_continuity: flag.ensureExperienceContinuity,
  has_encrypted_payloads: false,
  version: flag.version,
  evaluation_runtime: flag.evaluationRuntime,
  bucketing_identifier: flag.bucketingIdentifier,
  evaluation_tags: flag.evaluationContexts,
})

export const Stage = z.enum(['draft', 'concept', 'alpha', 'beta', 'general-availability', 'archived'])

/** As SDKs are told of it, and inside its flag. */
export const EarlyAccessFeatureInShort = z
  .object({
    id: z.uuid().describe('Names the feature.'),
    name: z.string().describe('What people read when they are offered it.'),
    description: z.string().describe('What it does, for people; may be empty.'),
    stage: z.string().describe('`draft`, `concept`, `alpha`, `beta`, `general-availability` or `archived`.'),
    documentationUrl: z.string().describe('Where to read more; empty for nowhere.'),
    payload: z.record(z.string(), z.unknown()).describe('What its makers give to SDKs along with it.'),
    flagKey: z.string().describe('Key of the flag that turns it on.'),
  })
  .meta({ id: 'MinimalEarlyAccessFeature', description: 'A feature that people may turn on for themselves.' })
