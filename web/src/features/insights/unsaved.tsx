import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'

/**
 * Who leaves a saved insight that they have changed is told so, with the way back: the address holds the changes.
 * @param changed what is changed and not saved; null where nothing is
 * @param href its address with the changes
 * @returns to be called where the changes are kept elsewhere: nothing is said then
 */
export function useUnsavedNotice(changed: string | null, href: string): () => void {
  const router = useRouter()
  const last = useRef({ changed, href })
  useEffect(() => {
    last.current = { changed, href }
  }, [changed, href])
  useEffect(
    () => () => {
      const { changed: left, href: back } = last.current
      if (left === null) return
      const id = notifications.show({
        role: 'status',
        message: (
          <>
            Left “{left}” with changes that are not saved.{' '}
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                notifications.hide(id)
                void router.navigate({ href: back })
              }}
            >
              Go back
            </Button>
          </>
        ),
      })
    },
    [router],
  )
  return () => {
    last.current = { changed: null, href }
  }
}
