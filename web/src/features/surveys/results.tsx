import type { components } from '@hedgerow/client'
import { Button, Group } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { BarList } from '../../ui/insight/bar-list.tsx'
import { number } from '../../ui/numbers.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'
import { type Question, questionsOf, type Survey } from './draft.ts'
import { responsesQuery, statsQuery, useRefreshSurvey } from './queries.ts'
import styles from './surveys.module.css'

type QuestionStats = components['schemas']['SurveyQuestionStats']

/** Of open questions, so many of the newest answers are shown at once. */
const TEXTS = 5

type Props = { projectId: number; survey: Survey; timeZone: string; onQuestion: (id: string) => void }

/** How often a survey was shown and answered, and what was answered, question by question. */
export function Results({ projectId, survey, timeZone, onQuestion }: Props): ReactNode {
  const stats = useQuery(statsQuery(projectId, survey.id))
  const refresh = useRefreshSurvey(projectId, survey.id)
  if (stats.isError) {
    return <LoadError what="the results" error={stats.error} retry={() => void stats.refetch()} />
  }
  if (!stats.data) return <Loading what="the results" rows={5} />
  const { stats: counts, rates, questions } = stats.data
  const [shown, dismissed, sent] = [counts['survey shown'], counts['survey dismissed'], counts['survey sent']]
  return (
    <>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <dl className={styles.figures} style={{ flex: 1 }}>
          <Figure name="Shown" value={number(shown.total_count)}>
            to {people(shown.unique_persons)}
          </Figure>
          <Figure name="Answered" value={number(sent.total_count)}>
            by {people(sent.unique_persons)}
          </Figure>
          <Figure name="Dismissed" value={number(dismissed.total_count)}>
            by {people(dismissed.unique_persons)}
          </Figure>
          <Figure name="Response rate" value={`${number(rates.unique_users_response_rate)} %`}>
            of those who saw it
          </Figure>
        </dl>
        <Button
          variant="default"
          size="xs"
          px="xs"
          aria-label="Refresh the results"
          loading={stats.isFetching}
          onClick={() => void refresh()}
        >
          <IconRefresh size={14} />
        </Button>
      </Group>
      {sent.total_count === 0 ? (
        <Empty title="No responses yet.">
          {shown.total_count > 0
            ? `Shown ${number(shown.total_count)} times.`
            : 'SDKs show it to whoever it is for. Nobody has seen it so far.'}
        </Empty>
      ) : (
        <div className={styles.results} style={{ marginTop: 20 }}>
          {questions.map((one) => {
            const question = questionsOf(survey)[one.question_index]
            return question ? (
              <section key={one.question_id} aria-label={one.question_text}>
                <h3>
                  {one.question_index + 1}. {one.question_text}
                </h3>
                <OneQuestion {...{ projectId, survey, timeZone, onQuestion, question, stats: one }} />
              </section>
            ) : null
          })}
        </div>
      )}
    </>
  )
}

const people = (count: number) => (count === 1 ? 'one person' : `${number(count)} people`)

function Figure({ name, value, children }: { name: string; value: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        <small>{children}</small>
      </dd>
    </div>
  )
}

function OneQuestion({
  question,
  stats,
  ...props
}: Props & { question: Question; stats: QuestionStats }): ReactNode {
  const { response_count: count, distribution, average } = stats
  const answers = `${number(count)} ${count === 1 ? 'answer' : 'answers'}`
  if (question.type === 'open') return <Texts question={question} answers={answers} {...props} />
  if (question.type === 'link') return <p className="muted small">{answers}</p>
  const isRating = question.type === 'rating'
  const bars = (isRating ? ratings(question) : choicesBy(distribution)).map((key) => ({
    key,
    label: isRating ? ratingLabel(question, key) : key === '<other>' ? 'In their own words' : key,
    value: distribution[key] ?? 0,
    note: count > 0 ? `${Math.round((100 * (distribution[key] ?? 0)) / count)} %` : undefined,
  }))
  const score = isRating && question.scale === 10 && count > 0 ? promoterScore(distribution) : null
  return (
    <>
      <p className="muted small" style={{ margin: '0 0 8px' }}>
        {answers}
        {average !== null && `, ${number(average)} on average`}
        {score !== null && `, net promoter score ${score > 0 ? '+' : ''}${score}`}
      </p>
      <BarList bars={bars} most={101} />
    </>
  )
}

/** All that can be answered, in order: also what nobody has chosen. */
const ratings = ({ scale }: Question): string[] =>
  scale === 10
    ? Array.from({ length: 11 }, (_, at) => String(at))
    : Array.from({ length: scale ?? 5 }, (_, at) => String(at + 1))

const choicesBy = (distribution: Record<string, number>): string[] =>
  Object.keys(distribution).sort((a, b) => distribution[b]! - distribution[a]!)

function ratingLabel({ scale, display, lowerBoundLabel, upperBoundLabel }: Question, key: string): string {
  if (scale === 2) return key === '1' ? 'Thumbs up' : 'Thumbs down'
  const [lowest, highest] = [scale === 10 ? '0' : '1', String(scale)]
  const bound = key === lowest ? lowerBoundLabel : key === highest ? upperBoundLabel : null
  const shown = display === 'emoji' ? `${key} of ${scale}` : key
  return bound ? `${shown} (${bound})` : shown
}

/** Promoters (9 and 10) less detractors (0 to 6), in percent of all. */
function promoterScore(distribution: Record<string, number>): number {
  let [all, score] = [0, 0]
  for (const [rating, count] of Object.entries(distribution)) {
    all += count
    score += Number(rating) >= 9 ? count : Number(rating) <= 6 ? -count : 0
  }
  return Math.round((100 * score) / Math.max(all, 1))
}

function Texts({
  projectId,
  survey,
  timeZone,
  onQuestion,
  question,
  answers,
}: Props & { question: Question; answers: string }): ReactNode {
  const id = question.id ?? ''
  const newest = useQuery(responsesQuery(projectId, survey.id, 1, id, TEXTS))
  return (
    <>
      <p className="muted small" style={{ margin: 0 }}>
        {answers}
      </p>
      <ul className={styles.texts} aria-label={`Newest answers to “${question.question}”`}>
        {(newest.data?.results ?? []).map(({ uuid, answers: given, submitted_at: at }) => (
          <li key={uuid}>
            {String(given[0]?.answer ?? '')}{' '}
            <span className="muted small">
              <RelativeTime at={at} timeZone={timeZone} />
            </span>
          </li>
        ))}
      </ul>
      {newest.data?.next && (
        <Button size="compact-sm" variant="subtle" mt="xs" onClick={() => onQuestion(id)}>
          All of them
        </Button>
      )}
    </>
  )
}
