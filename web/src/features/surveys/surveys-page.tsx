import { ActionIcon, Badge, Button, Group, SegmentedControl } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useProject } from '../../api/session.ts'
import { useBeingDeleted } from '../../ui/deferred-delete.tsx'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { number } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Empty } from '../../ui/states.tsx'
import { dayOf } from '../../ui/time.ts'
import { questionsOf, type Survey, stateColors, stateOf } from './draft.ts'
import { countsQuery, SURVEYS_A_PAGE, surveysQuery } from './queries.ts'
import type { SurveysSearch } from './search.ts'
import { SurveyMenu } from './survey-actions.tsx'
import { typeNames } from './words.ts'

/** The surveys of the project. */
export function SurveysPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/surveys' })
  const asked = useSearch({ from: '/session/project/$projectId/surveys' })
  const navigate = useNavigate({ from: '/project/$projectId/surveys' })
  const surveys = useQuery(surveysQuery(projectId, asked))
  const beingDeleted = useBeingDeleted()
  const rows = surveys.data?.results.filter(({ id }) => !beingDeleted.includes(id))
  const { page = 1 } = asked
  const [text, setText] = useState(asked.search ?? '')
  const onSearch = (changes: SurveysSearch) =>
    void navigate({
      search: (old) => ({ ...old, page: undefined, ...changes }),
      replace: 'search' in changes,
    })
  const create = (
    <Button component={Link} to={`/project/${projectId}/surveys/new`} leftSection={<IconPlus size={16} />}>
      New survey
    </Button>
  )
  return (
    <Page title="Surveys" about="Ask people where they already are: in your product." actions={create}>
      <Group mb="sm" gap="sm">
        <SearchField
          label="Search surveys"
          placeholder="Name or description"
          text={text}
          onText={setText}
          onSearch={(value) => onSearch({ search: value || undefined })}
          width={260}
        />
        <SegmentedControl
          aria-label="State"
          value={asked.state ?? ''}
          onChange={(state) => onSearch({ state: (state || undefined) as SurveysSearch['state'] })}
          data={[
            { value: '', label: 'All' },
            { value: 'draft', label: 'Draft' },
            { value: 'running', label: 'Running' },
            { value: 'stopped', label: 'Stopped' },
            { value: 'archived', label: 'Archived' },
          ]}
        />
      </Group>
      <ListCard
        what="surveys"
        query={surveys}
        rows={rows}
        skeleton={6}
        empty={
          asked.search || asked.state || page > 1 ? (
            <NoneMatch
              title="No surveys match."
              onClear={() => {
                setText('')
                void navigate({ search: {} })
              }}
            />
          ) : (
            <Empty title="No surveys yet.">
              Ask one question where people already are. It begins as a draft; nobody sees it before you
              launch it. <div>{create}</div>
            </Empty>
          )
        }
      >
        {(rows) => <SurveyTable projectId={projectId} rows={rows} />}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={SURVEYS_A_PAGE}
        count={surveys.data?.count}
        more={Boolean(surveys.data?.next)}
        go={(to) => onSearch({ page: to > 1 ? to : undefined })}
      />
    </Page>
  )
}

function SurveyTable({ projectId, rows }: { projectId: number; rows: Survey[] }): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const launched = rows.filter(({ start_date: start }) => start !== null).map(({ id }) => id)
  const counts = useQuery({ ...countsQuery(projectId, launched), enabled: launched.length > 0 })
  const day = (at: string | null) => (at ? dayOf(at, timeZone) : '')
  return (
    <ScrollRegion label="Surveys">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">State</th>
            <th scope="col" className="num">
              Responses
            </th>
            <th scope="col" className="wide-only">
              Shown as
            </th>
            <th scope="col" className="wide-only">
              Launched
            </th>
            <th scope="col" className="wide-only">
              Stopped
            </th>
            <th scope="col" className="wide-only">
              By
            </th>
            <th scope="col">
              <span className="visually-hidden">More</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((survey) => {
            const state = stateOf(survey)
            const by = survey.created_by
            const [first, ...more] = questionsOf(survey)
            return (
              <tr key={survey.id} className="link">
                <td>
                  <Link
                    to="/project/$projectId/surveys/$surveyId"
                    params={{ projectId, surveyId: survey.id }}
                  >
                    {survey.name}
                  </Link>
                  <div className="muted small">
                    {survey.description || first?.question}
                    {!survey.description && more.length > 0 && ` and ${more.length} more`}
                  </div>
                </td>
                <td>
                  <Badge variant="light" color={stateColors[state]}>
                    {state}
                  </Badge>
                </td>
                <td className="num">
                  {survey.start_date && counts.data ? number(counts.data[survey.id] ?? 0) : ''}
                </td>
                <td className="muted wide-only">{typeNames[survey.type]}</td>
                <td className="muted wide-only">{day(survey.start_date)}</td>
                <td className="muted wide-only">{day(survey.end_date)}</td>
                <td className="muted wide-only">{by ? by.first_name || by.email : ''}</td>
                <td className="num">
                  <SurveyMenu projectId={projectId} survey={survey}>
                    {(label, icon) => (
                      <ActionIcon variant="subtle" color="gray" aria-label={label}>
                        {icon}
                      </ActionIcon>
                    )}
                  </SurveyMenu>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
