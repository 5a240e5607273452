import { z } from 'zod'
import { microsToIso } from '../kit/micros.ts'
import type { Group } from '../persons/groups.ts'
import { Instant } from './account-shapes.ts'

/** How groups look among persons. */

export const ListedGroup = z
  .object({
    type: z.literal('group'),
    id: z.string().describe('The same as `group_key`.'),
    group_type_index: z.int(),
    group_key: z.string(),
    properties: z.record(z.string(), z.unknown()),
    created_at: Instant,
    matched_recordings: z.array(z.unknown()),
    value_at_data_point: z.number().nullable(),
  })
  .meta({ id: 'ListedGroup', description: 'A group in a list of persons and groups.' })

export const listedGroup = (group: Group): z.input<typeof ListedGroup> => ({
  type: 'group',
  id: group.groupKey,
  group_type_index: group.groupTypeIndex,
  group_key: group.groupKey,
  properties: group.properties,
  created_at: microsToIso(group.createdAt),
  matched_recordings: [],
  value_at_data_point: null,
})
