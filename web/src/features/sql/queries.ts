import type { components } from '@hedgerow/client'
import { queryOptions } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { ask } from '../../api/ask.ts'
import { http } from '../../api/client.ts'
import type { HogQLAnswer, Insight } from '../../api/types.ts'

type State = { answer: HogQLAnswer | null; tookMs: number | null; error: Error | null; running: boolean }

/** Runs one query at a time; another run, or `cancel`, drops the one under way. The last answer stays meanwhile. */
export function useSql(projectId: number) {
  const [state, setState] = useState<State>({ answer: null, tookMs: null, error: null, running: false })
  const under = useRef<AbortController | null>(null)
  const cancel = () => {
    under.current?.abort()
    under.current = null
    setState((old) => ({ ...old, running: false }))
  }
  const run = (query: string) => {
    under.current?.abort()
    const controller = new AbortController()
    under.current = controller
    setState((old) => ({ ...old, error: null, running: true }))
    const began = performance.now()
    ask<HogQLAnswer>(projectId, { kind: 'HogQLQuery', query }, controller.signal).then(
      (answer) => {
        if (under.current !== controller) return
        setState({ answer, tookMs: Math.round(performance.now() - began), error: null, running: false })
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
