import { z } from 'zod'
import type { PeopleFinder } from '../insights/find-people.ts'
import { pageLinks, pageQuery } from './paging.ts'
import { ListedPerson, listedPerson } from './person-shapes.ts'
import type { AddressedProject } from './project.ts'
import { parseProperties, propertiesParameter } from './property-filters-parameter.ts'

/** Lists of people, of a project or of a cohort: the same filters, the same page. */

export const personListQuery = z.object({
  ...pageQuery,
  distinct_id: z.string().optional().describe('The person with this distinct id.'),
  email: z.string().optional().describe('Persons whose `email` is this.'),
  search: z.string().optional().describe('A part of the e-mail address, or a whole distinct id.'),
  properties: propertiesParameter,
  cohort: z.coerce.number().int().optional().describe('Persons who are in this cohort.'),
})

export const PersonList = z
  .object({
    results: z.array(ListedPerson).describe('The persons of this page, newest first.'),
    next: z.string().nullable().describe('Address of the next page.'),
    previous: z.string().nullable().describe('Address of the previous page.'),
  })
  .meta({ id: 'PaginatedPersonList' })

/** One page, newest first. */
export async function personPage(
  people: PeopleFinder,
  project: AddressedProject,
  query: z.output<typeof personListQuery>,
  url: URL,
): Promise<z.input<typeof PersonList>> {
  const filters = { ...query, properties: parseProperties(query.properties) }
  const found = await people.find(project, filters, { limit: query.limit + 1, offset: query.offset })
  return {
    results: found.slice(0, query.limit).map((person) => listedPerson(person, project)),
    ...pageLinks(url, query, found.length > query.limit),
  }
}
