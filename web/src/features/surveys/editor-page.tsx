import { Button, Text, Textarea, TextInput } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { useRefusals, useUnsavedGuard } from '../../ui/leave-guard.tsx'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { Page } from '../../ui/page.tsx'
import editor from '../../ui/parts.module.css'
import { Problem } from '../../ui/problem.tsx'
import { sentence } from '../../ui/states.tsx'
import { ScheduleFields, WhereFields, WhoFields } from './audience-fields.tsx'
import {
  bodyOf,
  changesOf,
  copyOf,
  type Draft,
  draftOf,
  newDraft,
  type Problems,
  problemsOf,
  type Survey,
  stateOf,
} from './draft.ts'
import { LookFields, ThanksFields } from './look-fields.tsx'
import { Preview } from './preview.tsx'
import { surveyQuery, useCreateSurvey, useUpdateSurvey } from './queries.ts'
import { QuestionsEditor } from './question-fields.tsx'
import { templateNames } from './search.ts'
import styles from './surveys.module.css'
import { templates } from './templates.ts'

/** Makes a survey, from a template or as a copy of another one. */
export function NewSurveyPage(): ReactNode {
  const from = '/session/project/$projectId/surveys/new'
  const { projectId } = useParams({ from })
  const { template, from: copied } = useSearch({ from })
  const other = useQuery({ ...surveyQuery(projectId, copied ?? ''), enabled: copied !== undefined })
  if (copied !== undefined) {
    if (!other.data)
      return <NotLoaded thing="survey" query={other} back={<BackLink projectId={projectId} />} />
    return <Editor key={copied} projectId={projectId} survey={null} begin={copyOf(other.data)} />
  }
  if (template === undefined) return <Editor key="new" projectId={projectId} survey={null} begin={newDraft} />
  const { name, questions } = templates[template]
  return (
    <Editor key={template} projectId={projectId} survey={null} begin={{ ...newDraft, name, questions }} />
  )
}

/** Changes a survey. */
export function EditSurveyPage(): ReactNode {
  const { projectId, surveyId } = useParams({ from: '/session/project/$projectId/surveys/$surveyId/edit' })
  // what is edited must not be out of date from the start
  const survey = useQuery({ ...surveyQuery(projectId, surveyId), staleTime: 0 })
  if (!survey.data || (survey.isFetching && !survey.isFetchedAfterMount)) {
    return <NotLoaded thing="survey" query={survey} back={<BackLink projectId={projectId} />} />
  }
  return <Editor key={surveyId} projectId={projectId} survey={survey.data} begin={draftOf(survey.data)} />
}

const BackLink = ({ projectId }: { projectId: number }) => (
  <Link to="/project/$projectId/surveys" params={{ projectId }}>
    Back to surveys
  </Link>
)

function Editor({
  projectId,
  survey,
  begin,
}: {
  projectId: number
  /** The survey that is changed; null for a new one. */
  survey: Survey | null
  begin: Draft
}): ReactNode {
  const navigate = useNavigate()
  const [draft, setDraft] = useState(begin)
  const [step, setStep] = useState(0)
  const [tried, setTried] = useState(false)
  const page = useRef<HTMLDivElement>(null)
  const refused = useRefusals(page)
  const create = useCreateSurvey(projectId)
  const update = useUpdateSurvey(projectId)
  const changes = changesOf(draft, begin)
  const isDirty = Object.keys(changes).length > 0
  const guard = useUnsavedGuard(isDirty, 'this survey')
  const error = create.error ?? update.error
  const problems: Problems = { ...placed(error), ...(tried && problemsOf(draft)) }
  const set = (next: Partial<Draft>) => {
    setDraft((old) => ({ ...old, ...next }))
    create.reset()
    update.reset()
  }
  const onSaved = ({ id }: Survey) => {
    guard.saved()
    void navigate({ to: '/project/$projectId/surveys/$surveyId', params: { projectId, surveyId: id } })
  }
  const submit = () => {
    setTried(true)
    if (Object.keys(problemsOf(draft)).length > 0) refused()
    else if (!survey) create.mutate(draft, { onSuccess: onSaved, onError: refused })
    else if (isDirty) {
      update.mutate({ id: survey.id, ...bodyOf(changes) }, { onSuccess: onSaved, onError: refused })
    }
  }
  useHotkeys([['mod+S', submit]], [])
  const part = (title: string, content: ReactNode) => (
    <section className={`card ${editor.part}`} aria-label={title}>
      <h2>{title}</h2>
      {content}
    </section>
  )
  return (
    <Page title={survey ? `Edit ${begin.name}` : 'New survey'}>
      {!survey && !isDirty && <Templates projectId={projectId} />}
      <div ref={page} className={styles.columns}>
        <form
          className={editor.parts}
          noValidate
          onSubmit={(event: FormEvent) => {
            event.preventDefault()
            submit()
          }}
        >
          <section className={`card ${editor.part}`} aria-label="About">
            <TextInput
              label="Name"
              description="For you; people who are asked do not see it."
              required
              maxLength={400}
              value={draft.name}
              error={problems.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <Textarea
              label="Description"
              autosize
              minRows={1}
              maxLength={10_000}
              value={draft.description}
              onChange={(event) => set({ description: event.currentTarget.value })}
            />
          </section>
          {part(
            'Questions',
            <>
              <QuestionsEditor
                questions={draft.questions}
                problems={problems}
                onChange={(questions) => set({ questions })}
                onFocus={setStep}
              />
              <Problem error={problems.questions} />
            </>,
          )}
          {part('After the last answer', <ThanksFields draft={draft} set={set} />)}
          {part('How it looks', <LookFields draft={draft} problems={problems} set={set} />)}
          {part('Who is asked', <WhoFields {...{ projectId, draft, problems, set }} />)}
          {part('Where and when', <WhereFields {...{ projectId, draft, problems, set }} />)}
          {part('How often', <ScheduleFields {...{ projectId, draft, problems, set }} />)}
          <div className={editor.foot}>
            <Problem error={error && Object.keys(placed(error)).length === 0 ? error : undefined} />
            {survey && stateOf(survey) === 'running' && isDirty && (
              <Text size="sm" c="dimmed">
                It runs: people see what you save within a minute.
              </Text>
            )}
            <Button
              variant="default"
              onClick={() =>
                void navigate(
                  survey
                    ? {
                        to: '/project/$projectId/surveys/$surveyId',
                        params: { projectId, surveyId: survey.id },
                      }
                    : { to: '/project/$projectId/surveys', params: { projectId } },
                )
              }
            >
              Cancel
            </Button>
            <Button
              type="submit"
              loading={create.isPending || update.isPending}
              disabled={survey !== null && !isDirty}
            >
              {survey ? 'Save' : 'Create as a draft'}
            </Button>
          </div>
        </form>
        <section className={`card ${editor.part} ${styles.side}`} aria-label="Preview">
          <h2>Preview</h2>
          <Preview draft={draft} at={step} onStep={setStep} />
        </section>
      </div>
      {guard.question}
    </Page>
  )
}

/** What a new survey can begin as. */
function Templates({ projectId }: { projectId: number }): ReactNode {
  const navigate = useNavigate()
  return (
    <nav className={styles.templates} aria-label="Templates">
      {templateNames.map((name) => (
        <button
          key={name}
          type="button"
          className={styles.template}
          onClick={() =>
            void navigate({
              to: '/project/$projectId/surveys/new',
              params: { projectId },
              search: { template: name },
              replace: true,
            })
          }
        >
          {templates[name].label}
          <span className="muted small">{templates[name].about}</span>
        </button>
      ))}
    </nav>
  )
}

/** The server's refusal at the field that it is about. */
function placed(error: unknown): Problems {
  if (!(error instanceof ApiError)) return {}
  const text = sentence(error)
  if (error.attr === 'name' || error.code === 'unique') return { name: text }
  return error.attr === 'questions' ? { questions: text } : {}
}
