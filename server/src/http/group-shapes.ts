import { z } from 'zod'
import { microsToIso } from '../kit/micros.ts'
import type { Group } from '../persons/groups.ts'
import { Instant } from './account-shapes.ts'

/** How groups look among persons. */

export const ListedGroup = z
  .object({
    type: z.literal('group').describe('Tells groups from persons in one list.'),
    id: z.string().describe('The same as `group_key`.'),
    group_type_index: z
      .int()
      .describe('Which kind of group, 0 to 4: `groups_types/` says what it is called.'),
    group_key: z.string().describe('The key that events name it by in `$groups`.'),
    properties: z.record(z.string(), z.unknown()).describe('What is known of it, set by `$groupidentify`.'),
    created_at: Instant.describe('When it was first heard of.'),
    matched_recordings: z.array(z.unknown()).describe('Always empty.'),
    value_at_data_point: z
      .number()
      .nullable()
      .describe('What it adds to the number that was asked about; null where there is no number.'),
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
