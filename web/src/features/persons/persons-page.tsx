import { Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { PERSONS_A_PAGE, personsQuery } from '../../api/persons.ts'
import { useProject } from '../../api/session.ts'
import { ExportButton } from '../../ui/export-csv.tsx'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { PeopleTable } from '../../ui/people-table.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Empty } from '../../ui/states.tsx'

/** Everyone whose events arrived, newest first. */
export function PersonsPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/persons' })
  const { search = '', page = 1 } = useSearch({ from: '/session/project/$projectId/persons' })
  const navigate = useNavigate({ from: '/project/$projectId/persons' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const [text, setText] = useState(search)
  const persons = useQuery(personsQuery(projectId, search, page))
  const rows = persons.data?.results
  return (
    <Page
      title="People"
      about="A person comes with their first event, or when you identify them."
      actions={
        <ExportButton
          projectId={projectId}
          disabled={!rows?.length}
          exported={{
            export_context: {
              path: `/api/projects/${projectId}/persons/${search ? `?search=${encodeURIComponent(search)}` : ''}`,
              filename: 'people',
            },
          }}
        />
      }
    >
      <Group mb="sm">
        <SearchField
          label="Search people"
          placeholder="E-mail or distinct id"
          text={text}
          onText={setText}
          onSearch={(value) => void navigate({ search: value ? { search: value } : {}, replace: true })}
        />
      </Group>
      <ListCard
        what="people"
        query={persons}
        rows={rows}
        skeleton={10}
        empty={
          search ? (
            <NoneMatch
              title={`Nobody matches “${search}”.`}
              verb="Clear the search"
              onClear={() => {
                setText('')
                void navigate({ search: {} })
              }}
            >
              Search looks into e-mails, and at distinct ids as a whole.
            </NoneMatch>
          ) : (
            <Empty title="No people yet.">
              People appear with their first event.{' '}
              <Link to="/project/$projectId/onboarding" params={{ projectId }}>
                Send one
              </Link>
            </Empty>
          )
        }
      >
        {(rows) => <PeopleTable projectId={projectId} timeZone={timeZone} rows={rows} />}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={PERSONS_A_PAGE}
        more={Boolean(persons.data?.next)}
        go={(to) => void navigate({ search: (old) => ({ ...old, page: to > 1 ? to : undefined }) })}
      />
    </Page>
  )
}
