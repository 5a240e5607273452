import { useRef, useState } from 'react'
import { ask } from '../../api/ask.ts'
import type { HogQLAnswer } from '../../api/types.ts'

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
