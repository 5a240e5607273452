import { Button, Loader } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Cohort } from '../../api/types.ts'
import { counted } from '../../ui/numbers.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { sayFailed } from '../../ui/undo.tsx'
import { useUpdateCohort } from './queries.ts'
import styles from './state.module.css'

/** How far it is with finding out a cohort's people: being done, done when, or why it failed. */
export function CalculationState({
  projectId,
  cohort,
  timeZone,
}: {
  projectId: number
  cohort: Cohort
  timeZone: string
}): ReactNode {
  const { last_calculation: at, last_error: error, count } = cohort
  const again = useUpdateCohort(projectId)
  if (cohort.is_calculating) {
    return (
      <span className={styles.state} role="status">
        <Loader size={14} aria-hidden />
        <span>
          Calculating…
          {at && (
            <span className="muted">
              {' '}
              until then, those from <RelativeTime at={at} timeZone={timeZone} />
            </span>
          )}
        </span>
      </span>
    )
  }
  if (error) {
    return (
      <span className={styles.state}>
        <IconAlertTriangle size={16} className={styles.bad} aria-hidden />
        <span>
          <span className={styles.bad}>Failed: {error}</span>{' '}
          {at && (
            <span className="muted">
              {`Still ${counted(count ?? 0, 'person', 'people')} from `}
              <RelativeTime at={at} timeZone={timeZone} />.{' '}
            </span>
          )}
          {!cohort.is_static && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Try again: calculate ${cohort.name || 'this cohort'}`}
              loading={again.isPending}
              onClick={() => again.mutate({ id: cohort.id }, { onError: sayFailed })}
            >
              Try again
            </Button>
          )}
        </span>
      </span>
    )
  }
  if (!at)
    return <span className="muted">{cohort.is_static ? 'Nobody listed yet' : 'Not calculated yet'}</span>
  return (
    <span className="muted">
      {cohort.is_static ? 'Changed ' : ''}
      <RelativeTime at={at} timeZone={timeZone} />
    </span>
  )
}
