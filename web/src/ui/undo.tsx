import { Button } from '@mantine/core'
import { type NotificationData, notifications } from '@mantine/notifications'
import { keepDeed } from './recent.ts'
import { sentence } from './states.tsx'

/** Says what went wrong where no part of the page stands for it. */
export const sayFailed = (error: unknown): void =>
  void notifications.show({ message: sentence(error), color: 'red', role: 'alert' })

/**
 * Says what was done, with the way back; `undo` is called before what says it goes. The way back stays among the recent
 * changes, unless something waits for the message to close: then it is gone with it.
 */
export function sayDone(
  done: string,
  undo: () => void,
  more: Pick<NotificationData, 'autoClose' | 'onClose'> = {},
): void {
  const takeBack = () => {
    forget()
    undo()
    notifications.hide(id)
  }
  const forget = keepDeed(done, takeBack)
  const id = notifications.show({
    ...more,
    onClose: (props) => {
      if (more.onClose) forget()
      more.onClose?.(props)
    },
    role: 'status',
    message: (
      <>
        {done}{' '}
        <Button size="compact-xs" variant="default" onClick={takeBack}>
          Undo
        </Button>
      </>
    ),
  })
}

/** Says what was done, with what makes it undone. */
export const offerUndo = (done: string, undo: () => Promise<unknown>): void =>
  sayDone(done, () => void undo().catch(sayFailed))

/**
 * Deletes what can be brought back, and says so.
 * @param name what it is called
 * @param set deletes it, or brings it back
 * @param gone is called once it is deleted
 */
export async function deleteRestorable(
  name: string,
  set: (deleted: boolean) => Promise<unknown>,
  gone?: () => void,
): Promise<void> {
  const isGone = await withUndo(
    `Deleted “${name}”.`,
    () => set(true),
    () => set(false),
  )
  if (isGone) gone?.()
}

/** Does something and says so, with the way back; or says that it failed. Answers whether it was done. */
export async function withUndo(
  done: string,
  work: () => Promise<unknown>,
  undo: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await work()
  } catch (error) {
    sayFailed(error)
    return false
  }
  offerUndo(done, undo)
  return true
}
