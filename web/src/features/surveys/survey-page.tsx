import { Alert, Badge, Button, Text } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useMemo, useState } from 'react'
import { useProject } from '../../api/session.ts'
import { ACTIVITY_AT_ONCE, ActivityList, moreActivity } from '../../ui/activity/activity-list.tsx'
import { readFilters } from '../../ui/flag/filters.ts'
import { useNames } from '../../ui/flag/names.ts'
import { summaryOf } from '../../ui/flag/words.ts'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { Page } from '../../ui/page.tsx'
import parts from '../../ui/thing-page.module.css'
import { absoluteTime } from '../../ui/time.ts'
import { draftOf, type Survey, stateColors, stateOf } from './draft.ts'
import { Preview } from './preview.tsx'
import { surveyActivityQuery, surveyQuery } from './queries.ts'
import { Responses } from './responses.tsx'
import { Results } from './results.tsx'
import { NextStep, SurveyMenu } from './survey-actions.tsx'
import styles from './surveys.module.css'
import { conditionWords, questionTypes, scheduleWords, typeNames } from './words.ts'

/** A survey: whom it asks what, and what was answered. */
export function SurveyPage(): ReactNode {
  const { projectId, surveyId } = useParams({ from: '/session/project/$projectId/surveys/$surveyId' })
  const survey = useQuery(surveyQuery(projectId, surveyId))
  if (survey.data) return <Shown key={surveyId} projectId={projectId} survey={survey.data} />
  return (
    <NotLoaded
      thing="survey"
      query={survey}
      back={
        <Link to="/project/$projectId/surveys" params={{ projectId }}>
          Back to surveys
        </Link>
      }
    />
  )
}

type Props = { projectId: number; survey: Survey }

function Shown({ projectId, survey }: Props): ReactNode {
  const from = '/session/project/$projectId/surveys/$surveyId'
  const { page = 1, question } = useSearch({ from })
  const navigate = useNavigate({ from: '/project/$projectId/surveys/$surveyId' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const [step, setStep] = useState(0)
  const [limit, setLimit] = useState(ACTIVITY_AT_ONCE)
  const activity = useQuery(surveyActivityQuery(projectId, survey.id, limit))
  const draft = useMemo(() => draftOf(survey), [survey])
  const show = (search: { page?: number; question?: string }) => void navigate({ search, resetScroll: false })
  return (
    <Page
      title={survey.name}
      about={survey.description || undefined}
      actions={
        <>
          <NextStep projectId={projectId} survey={survey} />
          <Button
            variant="default"
            component={Link}
            to={`/project/${projectId}/surveys/${survey.id}/edit`}
            leftSection={<IconPencil size={16} />}
          >
            Edit
          </Button>
          <SurveyMenu
            projectId={projectId}
            survey={survey}
            onDeleted={() => void navigate({ to: '/project/$projectId/surveys', params: { projectId } })}
          >
            {(label, icon) => (
              <Button variant="default" px="xs" aria-label={label}>
                {icon}
              </Button>
            )}
          </SurveyMenu>
        </>
      }
    >
      {survey.archived && (
        <Alert
          color="yellow"
          variant="outline"
          title="This survey is in the archive."
          mb="md"
          styles={{ root: { background: 'var(--surface)' }, title: { color: 'var(--warning)' } }}
        >
          <Text size="sm" c="var(--text)">
            SDKs are not told of it.
          </Text>
        </Alert>
      )}
      <div className={styles.columns}>
        <div className={parts.column}>
          {survey.start_date ? (
            <>
              <section className={`card ${parts.part}`} aria-label="Results">
                <h2>Results</h2>
                <Results
                  projectId={projectId}
                  survey={survey}
                  timeZone={timeZone}
                  onQuestion={(id) => {
                    show({ question: id })
                    document.getElementById('responses')?.scrollIntoView({ block: 'start' })
                  }}
                />
              </section>
              <section className={`card ${parts.part}`} id="responses" aria-label="Responses">
                <h2>Responses</h2>
                <Responses {...{ projectId, survey, timeZone, page, question }} onSearch={show} />
              </section>
            </>
          ) : (
            <section className={`card ${parts.part}`} aria-label="What is asked">
              <h2>What is asked</h2>
              <ol className={styles.asked}>
                {draft.questions.map((one, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a question is the place that it has in the list
                  <li key={at}>
                    {one.question}{' '}
                    <span className="muted small">
                      {questionTypes[one.type]}
                      {one.choices?.length ? `: ${one.choices.join(', ')}` : ''}
                    </span>
                  </li>
                ))}
              </ol>
              {draft.questions.length === 0 && <p className={parts.plain}>Nothing yet.</p>}
              <Text size="sm" c="dimmed" mt="sm">
                Nobody sees a draft. Once launched, posthog-js shows it on your pages; what people answer
                comes as events.
              </Text>
            </section>
          )}
          <section className={`card ${parts.part}`} aria-label="History">
            <h2>History</h2>
            <ActivityList
              answer={activity}
              timeZone={timeZone}
              onMore={() => setLimit(moreActivity(limit))}
            />
          </section>
        </div>
        <div className={parts.column}>
          <section className={`card ${parts.part}`} aria-label="Preview">
            <h2>Preview</h2>
            <Preview draft={draft} at={step} onStep={setStep} />
          </section>
          <section className={`card ${parts.part}`} aria-label="Who is asked">
            <h2>Who is asked</h2>
            <Facts projectId={projectId} survey={survey} timeZone={timeZone} />
          </section>
        </div>
      </div>
    </Page>
  )
}

function Facts({ projectId, survey, timeZone }: Props & { timeZone: string }): ReactNode {
  const state = stateOf(survey)
  const draft = draftOf(survey)
  const filters = survey.targeting_flag ? readFilters(survey.targeting_flag.filters) : null
  const names = useNames(projectId, filters ? [filters] : [])
  const where = conditionWords(draft.conditions, draft.appearance)
  const at = (time: string) => absoluteTime(time, timeZone)
  return (
    <dl className={parts.facts} style={{ marginTop: 0 }}>
      <dt>State</dt>
      <dd>
        <Badge variant="light" color={stateColors[state]}>
          {state}
        </Badge>
      </dd>
      <dt>Shown as</dt>
      <dd>{typeNames[survey.type]}</dd>
      <dt>To</dt>
      <dd>{filters ? summaryOf(filters, names) : 'Everybody'}</dd>
      {survey.linked_flag && (
        <>
          <dt>With the flag</dt>
          <dd>
            <Link
              to="/project/$projectId/feature_flags/$flagId"
              params={{ projectId, flagId: survey.linked_flag.id }}
              className="mono"
            >
              {survey.linked_flag.key}
            </Link>
            {draft.conditions.linkedFlagVariant && draft.conditions.linkedFlagVariant !== 'any'
              ? ` = ${draft.conditions.linkedFlagVariant}`
              : ''}
          </dd>
        </>
      )}
      <dt>Where</dt>
      <dd>
        {where.map((text) => (
          <div key={text}>{text}</div>
        ))}
        {where.length === 0 && 'Everywhere'}
      </dd>
      <dt>How often</dt>
      <dd>
        {scheduleWords(draft)}
        {survey.current_iteration ? `; now for time ${survey.current_iteration}` : ''}
      </dd>
      {draft.responses_limit && (
        <>
          <dt>Ends</dt>
          <dd>After {draft.responses_limit} responses</dd>
        </>
      )}
      {survey.start_date && (
        <>
          <dt>Launched</dt>
          <dd>{at(survey.start_date)}</dd>
        </>
      )}
      {survey.end_date && (
        <>
          <dt>Stopped</dt>
          <dd>{at(survey.end_date)}</dd>
        </>
      )}
      <dt>Created</dt>
      <dd>
        {at(survey.created_at)}
        {survey.created_by && ` by ${survey.created_by.first_name || survey.created_by.email}`}
      </dd>
    </dl>
  )
}
