import { z } from 'zod'
import type { StoredFlag } from '../flags/flag-writes.ts'

/** How feature flags, and what has them, look inside other things. */

export const MinimalFeatureFlag = z
  .object({
    id: z.int(),
    team_id: z.int(),
    name: z.string().describe('The description.'),
    key: z.string(),
    filters: z.record(z.string(), z.unknown()),
    deleted: z.boolean(),
    active: z.boolean(),
    ensure_experience_continuity: z.boolean(),
    has_encrypted_payloads: z.literal(false),
    version: z.int(),
    evaluation_runtime: z.string(),
    bucketing_identifier: z.string().nullable(),
    evaluation_tags: z.array(z.string()),
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
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    stage: z.string(),
    documentationUrl: z.string(),
    payload: z.record(z.string(), z.unknown()),
    flagKey: z.string(),
  })
  .meta({ id: 'MinimalEarlyAccessFeature', description: 'A feature that people may turn on for themselves.' })
