import { pageLinks } from '../../http/paging.ts'
import type { AddressedProject } from '../../http/project.ts'
import { type ActorReader, showActors } from '../../http/show-actors.ts'
import { actorsQueryLimit } from '../../insights/actors-query.ts'
import type { Answers, Ask } from '../../insights/answer-life.ts'
import type { ActorsQuery, ActorsSource } from '../../insights/queries.ts'
import type { StoredPerson } from '../../persons/read-persons.ts'

type Page = { limit: number; offset: number; search?: string }

/**
 * One page of the people behind a number, as the older API lists them: those who are known, and how many are not.
 * `more`: what else is asked about them, and how a person is shown.
 */
export const actorsPage =
  ({ answers, ...actors }: { answers: Answers } & ActorReader) =>
  async <Shown extends object>(
    project: AddressedProject,
    source: ActorsSource,
    { limit, offset, search }: Page,
    url: URL,
    asking: Ask & { refresh?: 'force_blocking' },
    { showPerson, ...more }: Partial<ActorsQuery> & { showPerson?: (person: StoredPerson) => Shown } = {},
  ) => {
    const page = { limit: Math.min(limit, actorsQueryLimit), offset }
    const { results, ...answer } = await answers.ask(
      project.id,
      { kind: 'ActorsQuery', source, select: ['actor', 'event_count'], search, ...page, ...more },
      { ...asking, showActors: showActors(actors, project, showPerson) },
    )
    const rows = results as [Shown, number, ...unknown[]][]
    return {
      answer,
      // those who are not known are left out, and counted
      rows: rows.filter(([actor]) => Object.hasOwn(actor, 'created_at')),
      missing: answer.missing_actors_count as number,
      ...pageLinks(url, page, answer.hasMore === true),
    }
  }
