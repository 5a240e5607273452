import type { components } from '@hedgerow/client'
import { queryOptions } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { ask } from '../../api/ask.ts'
import { http } from '../../api/client.ts'
import type { HogQLAnswer, Insight } from '../../api/types.ts'

type State = {
  answer: HogQLAnswer | null
  /** What the answer is of. */
  query: string
  tookMs: number | null
  error: Error | null
  /** After how long the last one was given up; null where it was not. */
  cancelledMs: number | null
  running: boolean
}
const nothing: State = {
  answer: null,
  query: '',
  tookMs: null,
  error: null,
  cancelledMs: null,
  running: false,
}

/** Runs one query at a time; another run, or `cancel`, drops the one under way. The last answer stays meanwhile. */
export function useSql(projectId: number) {
  const [state, setState] = useState(nothing)
  const under = useRef<AbortController | null>(null)
  const begun = useRef(0)
  const cancel = () => {
    under.current?.abort()
    under.current = null
    setState((old) => ({ ...old, cancelledMs: performance.now() - begun.current, running: false }))
  }
  const run = (query: string) => {
    under.current?.abort()
    const controller = new AbortController()
    under.current = controller
    setState((old) => ({ ...old, error: null, cancelledMs: null, running: true }))
    const began = performance.now()
    begun.current = began
    ask<HogQLAnswer>(projectId, { kind: 'HogQLQuery', query }, controller.signal).then(
      (answer) => {
        if (under.current !== controller) return
        setState({ ...nothing, answer, query, tookMs: Math.round(performance.now() - began) })
      },
      (error: unknown) => {
        if (under.current !== controller) return
        const shown = error instanceof Error ? error : new Error(String(error))
        setState((old) => ({ ...old, error: shown, running: false }))
      },
    )
  }
  return { ...state, run, cancel }
}

type Notice = components['schemas']['HogQLNotice']
export type Suggestion = components['schemas']['AutocompleteCompletionItem']

/** What is wrong with a text, and what does likely not do what was meant. */
export const inspectSql = (projectId: number, query: string) =>
  ask<{ errors: Notice[]; warnings: Notice[] }>(projectId, {
    kind: 'HogQLMetadata',
    language: 'hogQL',
    query,
  })

/** How a text could go on at a word. */
export const completeSql = (
  projectId: number,
  at: { query: string; startPosition: number; endPosition: number },
  signal: AbortSignal,
) =>
  ask<{ suggestions: Suggestion[]; incomplete_list: boolean }>(
    projectId,
    { kind: 'HogQLAutocomplete', language: 'hogQL', ...at },
    signal,
  )

/** The saved insight that a query is of; its answer is not asked for. */
export const savedQuery = (projectId: number, shortId: string) =>
  queryOptions({
    queryKey: ['project', projectId, 'saved', 'sql', shortId],
    queryFn: async ({ signal }) =>
      (await http.GET('/api/projects/{project_id}/insights/{id}/', {
        params: { path: { project_id: String(projectId), id: shortId } },
        signal,
      })) as Insight,
  })
