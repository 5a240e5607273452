import { useBlocker } from '@tanstack/react-router'
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import { Confirm } from './confirm.tsx'

/** Asks before a page is left. `isDirty` is asked at that moment; `children` say what would be lost. */
export function LeaveGuard({
  isDirty,
  title = 'Leave without saving?',
  children,
}: {
  isDirty: () => boolean
  title?: string
  children: ReactNode
}): ReactNode {
  const blocker = useBlocker({
    // what only changes the rest of the address stays on the page
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && isDirty(),
    enableBeforeUnload: isDirty,
    withResolver: true,
  })
  if (blocker.status !== 'blocked') return null
  return (
    <Confirm
      title={title}
      verb="Leave"
      busy={false}
      error={null}
      onConfirm={blocker.proceed}
      onClose={blocker.reset}
    >
      {children}
    </Confirm>
  )
}

/**
 * Asks before an editor is left on which something is not saved; the browser asks where it is closed.
 * @param thing what was changed: "this flag"
 * @returns the question, to stand on the page, and what is to be called when all has been saved
 */
export function useUnsavedGuard(isDirty: boolean, thing: string): { question: ReactNode; saved: () => void } {
  const isSaved = useRef(false)
  return {
    saved: () => {
      isSaved.current = true
    },
    question: (
      <LeaveGuard isDirty={() => isDirty && !isSaved.current}>
        What you changed of {thing} is lost.
      </LeaveGuard>
    ),
  }
}

/**
 * Each time that something is refused, the place inside `page` that says why comes into view, and takes the focus.
 * @returns what says that something was refused
 */
export function useRefusals(page: RefObject<HTMLElement | null>): () => void {
  const [refusals, setRefusals] = useState(0)
  useEffect(() => {
    if (!refusals) return
    const place = page.current?.querySelector<HTMLElement>('[role="alert"], [aria-invalid="true"]')
    place?.scrollIntoView({ block: 'center' })
    place?.focus({ preventScroll: true })
  }, [refusals, page])
  return () => setRefusals((count) => count + 1)
}
