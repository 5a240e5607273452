import { Button } from '@mantine/core'
import { IconCode } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Pin } from '../../api/pin.ts'
import type { Question } from '../../api/questions.ts'
import { useProject } from '../../api/session.ts'
import { PeoplePanel } from '../../ui/insight/people-panel.tsx'
import { KeptFocus } from '../../ui/kept-focus.tsx'
import { type Names, useNames } from '../../ui/names.ts'
import { Page } from '../../ui/page.tsx'
import type { AnswerProps } from './answer-card.tsx'
import { ApiCall } from './api-call.tsx'
import styles from './editor.module.css'
import { FunnelAnswerView } from './funnel-answer.tsx'
import { FunnelPanel } from './funnel-panel.tsx'
import { LifecycleAnswerView, LifecyclePanel } from './lifecycle.tsx'
import { PathsAnswerView, PathsPanel } from './paths.tsx'
import { asked, whatIsMissing } from './queries.ts'
import { RetentionAnswerView } from './retention-answer.tsx'
import { RetentionPanel } from './retention-panel.tsx'
import type { EditorSearch } from './search.ts'
import { StickinessAnswerView, StickinessPanel } from './stickiness.tsx'
import { summaryOf } from './summary.ts'
import { TrendsAnswerView } from './trends-answer.tsx'
import { TrendsPanel } from './trends-panel.tsx'

/** No series is hidden: always the same list, so that charts are not drawn anew. */
const none: string[] = []

export type OnSearch = (change: (old: EditorSearch) => EditorSearch, replace?: boolean) => void

/**
 * The frame of every editor: the question at the left, its answer at the right, and what one can do with both. The
 * whole question is in the address, which `onSearch` changes; so are the panels of people and of the API call.
 */
export function Editor({
  projectId,
  insightId,
  query,
  search,
  onSearch,
  title,
  called = summaryOf(query),
  about,
  actions,
  above,
  asksFirst,
}: {
  projectId: number
  /** The saved insight whose question it is. */
  insightId?: number
  query: Question
  search: EditorSearch
  onSearch: OnSearch
  title: string
  /** Its name, where it has one. */
  called?: string
  about?: ReactNode
  actions?: ReactNode
  above?: ReactNode
  /** Whether the first event is asked for at once. */
  asksFirst?: boolean
}): ReactNode {
  const { hidden = none, panel, at } = search
  const names = useNames(projectId)
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const set = (changes: Partial<Question>) =>
    onSearch((old) => ({ ...old, kind: undefined, q: { ...query, ...changes } as Question }))
  const onPeople = (pin: Pin) => onSearch((old) => ({ ...old, panel: 'people', at: pin }))
  const close = () => onSearch((old) => ({ ...old, panel: undefined, at: undefined }))
  return (
    <KeptFocus>
      <Page
        title={title}
        about={about}
        actions={
          <>
            {whatIsMissing(query) === null && (
              <Button
                variant="default"
                leftSection={<IconCode size={16} />}
                onClick={() => onSearch((old) => ({ ...old, panel: 'api' }))}
              >
                API call
              </Button>
            )}
            {actions}
          </>
        }
      >
        {above}
        <div className={styles.columns}>
          <Panel names={names} query={query} asksFirst={asksFirst} onChange={set} />
          <div className={styles.answer}>
            <Answer
              key={query.kind}
              projectId={projectId}
              insightId={insightId}
              query={query}
              timeZone={timeZone}
              title={called}
              hidden={hidden}
              onHidden={(keys) =>
                onSearch((old) => ({ ...old, hidden: keys.length ? keys : undefined }), true)
              }
              onChange={set}
              onPeople={onPeople}
            />
          </div>
        </div>
        {panel === 'api' && <ApiCall projectId={projectId} query={asked(query)} onClose={close} />}
        {panel === 'people' && at && (
          <PeoplePanel
            projectId={projectId}
            query={asked(query)}
            pin={at}
            onPin={(pin) => onSearch((old) => ({ ...old, at: pin }), true)}
            onClose={close}
          />
        )}
      </Page>
    </KeptFocus>
  )
}

function Panel({
  query,
  ...props
}: {
  names: Names
  query: Question
  asksFirst?: boolean
  onChange: (changes: Partial<Question>) => void
}): ReactNode {
  switch (query.kind) {
    case 'TrendsQuery':
      return <TrendsPanel query={query} {...props} />
    case 'FunnelsQuery':
      return <FunnelPanel query={query} {...props} />
    case 'RetentionQuery':
      return <RetentionPanel query={query} {...props} />
    case 'LifecycleQuery':
      return <LifecyclePanel query={query} {...props} />
    case 'StickinessQuery':
      return <StickinessPanel query={query} {...props} />
    case 'PathsQuery':
      return <PathsPanel query={query} {...props} />
  }
}

function Answer({
  query,
  ...props
}: Omit<AnswerProps<Question>, 'onChange'> & {
  onChange: (changes: Partial<Question>) => void
}): ReactNode {
  switch (query.kind) {
    case 'TrendsQuery':
      return <TrendsAnswerView query={query} {...props} />
    case 'FunnelsQuery':
      return <FunnelAnswerView query={query} {...props} />
    case 'RetentionQuery':
      return <RetentionAnswerView query={query} {...props} />
    case 'LifecycleQuery':
      return <LifecycleAnswerView query={query} {...props} />
    case 'StickinessQuery':
      return <StickinessAnswerView query={query} {...props} />
    case 'PathsQuery':
      return <PathsAnswerView query={query} {...props} />
  }
}
