import { useBlocker } from '@tanstack/react-router'
import { type ReactNode, type RefObject, useEffect, useState } from 'react'
import { Confirm } from './confirm.tsx'

/** Asks before what is not saved is left. `isDirty` is asked at that moment; `children` say what would be lost. */
export function LeaveGuard({
  isDirty,
  children,
}: {
  isDirty: () => boolean
  children: ReactNode
}): ReactNode {
  const blocker = useBlocker({
    shouldBlockFn: isDirty,
    enableBeforeUnload: isDirty,
    withResolver: true,
  })
  if (blocker.status !== 'blocked') return null
  return (
    <Confirm
      title="Leave without saving?"
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
