import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Pager } from '../../ui/pager.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'
import { questionsOf, type Survey } from './draft.ts'
import { RESPONSES_A_PAGE, responsesQuery } from './queries.ts'
import styles from './surveys.module.css'

/** Who answered what, newest first. */
export function Responses({
  projectId,
  survey,
  timeZone,
  page,
  question,
  onSearch,
}: {
  projectId: number
  survey: Survey
  timeZone: string
  page: number
  /** Only the answers to the question of this id. */
  question: string | undefined
  onSearch: (search: { page?: number; question?: string }) => void
}): ReactNode {
  const questions = questionsOf(survey)
  const known = questions.some(({ id }) => id === question) ? question : undefined
  const responses = useQuery(responsesQuery(projectId, survey.id, page, known))
  const rows = responses.data?.results
  return (
    <>
      {questions.length > 1 && (
        <NativeSelect
          aria-label="Answers to"
          mb="sm"
          value={known ?? ''}
          data={[
            { value: '', label: 'All questions' },
            ...questions.map(({ id, question: text }, at) => ({
              value: id ?? '',
              label: `${at + 1}. ${text}`,
            })),
          ]}
          onChange={(event) => onSearch({ question: event.currentTarget.value || undefined })}
        />
      )}
      <div aria-busy={responses.isPlaceholderData}>
        {rows ? (
          rows.length > 0 ? (
            <ScrollRegion label="Responses">
              <table className="data">
                <thead>
                  <tr>
                    <th scope="col">Who</th>
                    <th scope="col">Answers</th>
                    <th scope="col">When</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map(({ uuid, distinct_id: distinctId, submitted_at: at, answers }) => (
                    <tr key={uuid}>
                      <td>
                        <Link to="/project/$projectId/person/$distinctId" params={{ projectId, distinctId }}>
                          {distinctId}
                        </Link>
                      </td>
                      <td>
                        <dl className={styles.answers}>
                          {answers.map(({ question_id: id, question_text: text, answer }) => (
                            <div key={id}>
                              {questions.length > 1 && <dt>{text}</dt>}
                              <dd>{Array.isArray(answer) ? answer.join(', ') : answer}</dd>
                            </div>
                          ))}
                        </dl>
                      </td>
                      <td className="muted" style={{ whiteSpace: 'nowrap' }}>
                        <RelativeTime at={at} timeZone={timeZone} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </ScrollRegion>
          ) : (
            <Empty title="No responses." />
          )
        ) : responses.isError ? (
          <LoadError what="responses" error={responses.error} retry={() => void responses.refetch()} />
        ) : (
          <Loading what="responses" rows={5} />
        )}
      </div>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={RESPONSES_A_PAGE}
        more={Boolean(responses.data?.next)}
        go={(to) => onSearch({ question: known, page: to > 1 ? to : undefined })}
      />
    </>
  )
}
