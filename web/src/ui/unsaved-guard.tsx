import { useBlocker } from '@tanstack/react-router'
import { type ReactNode, useRef } from 'react'
import { Confirm } from './confirm.tsx'

/**
 * Asks before a page is left on which something is not saved; the browser asks where it is closed.
 * @param thing what was changed: "flag"
 * @returns the question, to stand on the page, and what is to be called when all has been saved
 */
export function useUnsavedGuard(isDirty: boolean, thing: string): { question: ReactNode; saved: () => void } {
  const isSaved = useRef(false)
  const blocker = useBlocker({
    shouldBlockFn: () => isDirty && !isSaved.current,
    enableBeforeUnload: () => isDirty && !isSaved.current,
    withResolver: true,
  })
  return {
    saved: () => {
      isSaved.current = true
    },
    question: blocker.status === 'blocked' && (
      <Confirm
        title="Leave without saving?"
        verb="Leave"
        busy={false}
        error={null}
        onConfirm={blocker.proceed}
        onClose={blocker.reset}
      >
        What you changed of this {thing} is lost.
      </Confirm>
    ),
  }
}
