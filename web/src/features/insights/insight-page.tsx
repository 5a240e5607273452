import { Button } from '@mantine/core'
import { IconCode, IconCopy, IconDeviceFloppy, IconRefresh } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { type Question, readQuestion } from '../../api/questions.ts'
import { useUpdateInsight } from '../../api/saved.ts'
import type { Insight } from '../../api/types.ts'
import { InsightChart } from '../../ui/insight/insight-chart.tsx'
import { PeoplePanel } from '../../ui/insight/people-panel.tsx'
import { viewOfNode } from '../../ui/insight/rows-view.ts'
import { aboutOf, innerQuery, insightName, kindName } from '../../ui/insight/shown.ts'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { savePicture } from '../../ui/save-picture.ts'
import { ApiCall } from './api-call.tsx'
import styles from './editor.module.css'
import { Editor, type OnSearch } from './editor.tsx'
import { InsightActions, useCopy } from './insight-actions.tsx'
import { asked } from './queries.ts'
import { insightQuery, markViewed } from './queries-saved.ts'
import { type EditorSearch, sameQuery, wholeQuestion } from './search.ts'
import { summaryOf } from './summary.ts'
import { useUnsavedNotice } from './unsaved.tsx'

/** A saved insight: what an editor can show as a whole can be changed here, everything else is shown. */
export function InsightPage(): ReactNode {
  const { projectId, shortId } = useParams({ from: '/session/project/$projectId/insights/$shortId' })
  const insight = useQuery(insightQuery(projectId, shortId))
  const id = insight.data?.id
  useEffect(() => {
    // that one has looked is worth nothing to who looks: a failure stays unsaid
    if (id !== undefined) markViewed(projectId, id).catch(() => {})
  }, [projectId, id])
  if (insight.data) {
    const { query, typed_query: typed } = insight.data
    const own = wholeQuestion(query ? innerQuery(query) : typed)
    return own ? (
      <Changeable key={shortId} projectId={projectId} insight={insight.data} own={own} />
    ) : (
      <Viewer projectId={projectId} insight={insight.data} />
    )
  }
  return (
    <NotLoaded
      thing="insight"
      query={insight}
      back={
        <Link to="/project/$projectId/insights" params={{ projectId }}>
          Back to insights
        </Link>
      }
    />
  )
}

function Changeable({
  projectId,
  insight,
  own,
}: {
  projectId: number
  insight: Insight
  own: Question
}): ReactNode {
  const search = useSearch({ from: '/session/project/$projectId/insights/$shortId' })
  const navigate = useNavigate({ from: '/project/$projectId/insights/$shortId' })
  const update = useUpdateInsight(projectId)
  const mayEdit = insight.effective_privilege_level >= 37
  const query = search.q ?? own
  const isChanged = !sameQuery(asked(query), own)
  const onSearch: OnSearch = (change, replace = false) =>
    void navigate({ search: change, replace, resetScroll: false })
  const saved = () => onSearch((old) => ({ ...old, q: undefined }), true)
  const { href } = useRouter().buildLocation({
    to: '/project/$projectId/insights/$shortId',
    params: { projectId, shortId: insight.short_id },
    search,
  })
  const isKept = useUnsavedNotice(isChanged ? insightName(insight) : null, href)
  const { copy, isPending } = useCopy(projectId, isKept)
  return (
    <Editor
      projectId={projectId}
      insightId={insight.id}
      query={query}
      search={search}
      onSearch={onSearch}
      title={insightName(insight)}
      called={insightName(insight)}
      about={insight.description || undefined}
      actions={
        <>
          {isChanged && (
            <>
              <Button variant="subtle" onClick={saved}>
                Reset
              </Button>
              {mayEdit ? (
                <Button
                  leftSection={<IconDeviceFloppy size={16} />}
                  loading={update.isPending}
                  onClick={() =>
                    update.mutate(
                      { id: insight.id, query: asked(query), derived_name: summaryOf(query) },
                      { onSuccess: saved },
                    )
                  }
                >
                  Save
                </Button>
              ) : (
                <Button
                  leftSection={<IconCopy size={16} />}
                  loading={isPending}
                  onClick={() => copy(insight, asked(query))}
                >
                  Save a copy
                </Button>
              )}
            </>
          )}
          <InsightActions
            projectId={projectId}
            insight={insight}
            changed={isChanged ? asked(query) : undefined}
            onCopied={isKept}
          />
        </>
      }
    />
  )
}

/** An insight of a kind that has no editor here. */
function Viewer({ projectId, insight }: { projectId: number; insight: Insight }): ReactNode {
  const client = useQueryClient()
  const drawing = useRef<HTMLDivElement>(null)
  const { panel, at: pin } = useSearch({ from: '/session/project/$projectId/insights/$shortId' })
  const navigate = useNavigate({ from: '/project/$projectId/insights/$shortId' })
  const show = (search: EditorSearch, replace = false) =>
    void navigate({ search, replace, resetScroll: false })
  const { typed_query: typed } = insight
  const question = readQuestion(typed)
  const { timezone, last_refresh: at } = insight
  const inner = innerQuery(insight.query)
  const sql = inner?.kind === 'HogQLQuery' && typeof inner.query === 'string' ? inner.query : undefined
  return (
    <Page
      title={insightName(insight)}
      about={insight.description || kindName(insight)}
      actions={
        <>
          {sql !== undefined && (
            <Link
              to="/project/$projectId/sql"
              params={{ projectId }}
              search={{ q: sql, view: viewOfNode(insight.query), insight: insight.short_id }}
            >
              Edit the SQL
            </Link>
          )}
          {typed && (
            <Button
              variant="default"
              leftSection={<IconCode size={16} />}
              onClick={() => show({ panel: 'api' })}
            >
              API call
            </Button>
          )}
          <InsightActions projectId={projectId} insight={insight} />
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} />}
            onClick={() =>
              void client.prefetchQuery({
                ...insightQuery(projectId, insight.short_id, true),
                staleTime: 0,
              })
            }
          >
            Refresh
          </Button>
        </>
      }
    >
      <div className={`card ${styles.chart}`}>
        <div ref={drawing} style={{ height: 440 }}>
          <InsightChart
            insight={insight}
            timeZone={timezone}
            height={400}
            notesOf={{ projectId, insightId: insight.id }}
            onPeople={question && ((at) => show({ panel: 'people', at }))}
          />
        </div>
        <p className={styles.foot}>
          <span>Time zone {timezone}</span>
          <span>
            {at && (
              <>
                As of <RelativeTime at={at} timeZone={timezone} />
                {' · '}
                <button
                  type="button"
                  className={styles.again}
                  onClick={() =>
                    void savePicture(drawing.current, {
                      title: insightName(insight),
                      about: aboutOf(insight),
                    })
                  }
                >
                  Save as PNG
                </button>
              </>
            )}
          </span>
        </p>
      </div>
      {panel === 'api' && typed && <ApiCall projectId={projectId} query={typed} onClose={() => show({})} />}
      {panel === 'people' && pin && typed && question && (
        <PeoplePanel
          projectId={projectId}
          query={question}
          whole={typed}
          pin={pin}
          onPin={(other) => show({ panel: 'people', at: other }, true)}
          onClose={() => show({})}
        />
      )}
    </Page>
  )
}
