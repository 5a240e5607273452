import { Group, SegmentedControl, Text } from '@mantine/core'
import type {
  getNextSurveyStep as NextStep,
  renderSurveysPreview as Render,
} from 'posthog-js/dist/surveys-preview'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Draft } from './draft.ts'
import styles from './surveys.module.css'

type Renderer = { renderSurveysPreview: typeof Render; getNextSurveyStep: typeof NextStep }
type Shown = Parameters<typeof Render>[0]['survey']

/** A survey as posthog-js shows it, by its own code. Answering goes on as it would for people. */
export function Preview({
  draft,
  at,
  onStep,
}: {
  draft: Draft
  /** Which question; as many as there are is the message after the last. */
  at: number
  onStep: (at: number) => void
}): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const place = useRef<HTMLElement | null>(null)
  const [renderer, setRenderer] = useState<Renderer | null>(null)
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    import('posthog-js/dist/surveys-preview').then(setRenderer, () => setFailed(true))
  }, [])
  const count = draft.questions.length
  const step = Math.min(at, count)
  useEffect(() => {
    if (!renderer || !host.current || count === 0) return
    // its styles must not reach the page, nor the page's reach it
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' })
    if (!place.current?.isConnected) {
      place.current = document.createElement('div')
      root.append(place.current)
    }
    const survey = shownOf(draft)
    renderer.renderSurveysPreview({
      survey,
      parentElement: place.current,
      previewPageIndex: step,
      onPreviewSubmit: (answer) => {
        const next = renderer.getNextSurveyStep(survey, step, answer)
        onStep(typeof next === 'number' ? next : count)
      },
      positionStyles: {
        position: 'relative',
        inset: 'auto',
        margin: '0 auto',
        zIndex: 'auto',
        transform: 'none',
      },
    })
  }, [renderer, draft, step, count, onStep])
  if (draft.type === 'api') {
    return (
      <Text size="sm" c="dimmed">
        Your own code shows it: <code>posthog.getActiveMatchingSurveys()</code> gives you its questions.
      </Text>
    )
  }
  if (failed) {
    return (
      <Text size="sm" c="dimmed">
        The preview could not be loaded.
      </Text>
    )
  }
  const hasThanks = draft.appearance.displayThankYouMessage ?? true
  const steps = [
    ...draft.questions.map((_, index) => ({ value: String(index), label: String(index + 1) })),
    ...(hasThanks ? [{ value: String(count), label: 'Thanks' }] : []),
  ]
  return (
    <div>
      {steps.length > 1 && (
        <Group mb="sm" className={styles.steps}>
          <SegmentedControl
            size="xs"
            aria-label="Part of the survey"
            value={String(step)}
            onChange={(value) => onStep(Number(value))}
            data={steps}
          />
        </Group>
      )}
      <div className={styles.stage}>
        {step === count && !hasThanks ? (
          <Text size="sm" c="dimmed" ta="center">
            Then it is gone.
          </Text>
        ) : null}
        <div ref={host} hidden={step === count && !hasThanks} data-testid="survey-preview" />
      </div>
      {draft.type === 'widget' && (
        <Text size="xs" c="dimmed" mt={6}>
          {draft.appearance.widgetType === 'selector'
            ? `Opened by “${draft.appearance.widgetSelector || '…'}” on your page.`
            : `Opened by a tab “${draft.appearance.widgetLabel || 'Feedback'}” at the edge of your page.`}
        </Text>
      )}
    </div>
  )
}

/** What posthog-js would be told. It reads texts that are not there as empty ones. */
function shownOf(draft: Draft): Shown {
  const { name, type, appearance } = draft
  const questions = draft.questions.map((question, at) => ({
    ...question,
    id: question.id ?? `question-${at}`,
    // what is not written yet
    question: question.question || 'Your question',
    choices: question.choices?.map((choice, index) => choice || `Choice ${index + 1}`),
  }))
  return {
    // posthog-js remembers by the survey's id which questions it has, and in which order
    id: `preview ${questions.map(({ id }) => id).join()}`,
    name,
    type,
    questions,
    appearance: {
      ...Object.fromEntries(Object.entries(appearance).filter(([, value]) => value !== null && value !== '')),
      displayThankYouMessage: true,
      shuffleQuestions: false,
      surveyPopupDelaySeconds: 0,
      disableAutofocus: true,
    },
    conditions: null,
    feature_flag_keys: null,
    linked_flag_key: null,
    targeting_flag_key: null,
    internal_targeting_flag_key: null,
    start_date: null,
    end_date: null,
    current_iteration: null,
    current_iteration_start_date: null,
  } as unknown as Shown
}
