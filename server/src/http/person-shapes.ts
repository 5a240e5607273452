import { z } from 'zod'
import { looksAnonymous, type StoredPerson } from '../persons/read-persons.ts'
import { Instant } from './account-shapes.ts'

/** How persons look where they are listed or shown. */

/** What every shape of a person has. */
export const personFields = {
  uuid: z.uuid().describe('Names the person; stays when persons are merged into this one.'),
  name: z
    .string()
    .describe(
      'The first of the properties that name a person, else a distinct id that is not made up, else the id.',
    ),
  distinct_ids: z.array(z.string()).describe('Those that look identified first.'),
  properties: z
    .record(z.string(), z.unknown())
    .describe('What is known of the person: from `$set`, `$set_once` and this API.'),
  created_at: Instant.describe('When the person was first heard of.'),
}

export const ListedPerson = z
  .object({
    type: z.literal('person').describe('Tells persons from groups in one list.'),
    id: z.uuid().describe('The same as `uuid`.'),
    ...personFields,
    is_identified: z
      .boolean()
      .describe('Whether an `$identify` has said who it is; else all is from before a login.'),
    matched_recordings: z.array(z.unknown()).describe('Always empty.'),
    value_at_data_point: z
      .number()
      .nullable()
      .describe('What they add to the number that was asked about; null where there is no number.'),
  })
  .meta({ id: 'ListedPerson', description: 'A person in a list.' })

export const listedPerson = (
  person: StoredPerson,
  project: { settings: Record<string, unknown> },
): z.input<typeof ListedPerson> => ({
  type: 'person',
  id: person.uuid,
  uuid: person.uuid,
  created_at: person.createdAt,
  properties: person.properties,
  is_identified: person.isIdentified,
  name: displayName(person, project.settings.person_display_name_properties),
  distinct_ids: person.distinctIds,
  matched_recordings: [],
  value_at_data_point: null,
})

const usual = ['email', 'Email', 'name', 'Name', 'username', 'Username', 'UserName']

/**
 * What a person is called: the first property of the list that says something (the project's own list, or the usual
 * ones), else a distinct id that no SDK made up, else the integer id.
 */
export function displayName(
  person: Pick<StoredPerson, 'id' | 'properties' | 'distinctIds'>,
  preferred: unknown,
): string {
  const names = Array.isArray(preferred) && preferred.length > 0 ? preferred.map(String) : usual
  for (const name of names) {
    const value = Object.hasOwn(person.properties, name) ? person.properties[name] : undefined
    if (value !== null && value !== undefined && value !== '') {
      return typeof value === 'string' ? value : JSON.stringify(value)
    }
  }
  return person.distinctIds.find((id) => !looksAnonymous(id)) ?? String(person.id)
}
