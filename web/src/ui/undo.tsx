import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { sentence } from './states.tsx'

/** Says what went wrong where no part of the page stands for it. */
export const sayFailed = (error: unknown): void =>
  void notifications.show({ message: sentence(error), color: 'red', role: 'alert' })

/** Says what was done, with the way back. */
export function offerUndo(done: string, undo: () => Promise<unknown>): void {
  const id = notifications.show({
    role: 'status',
    message: (
      <>
        {done}{' '}
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            notifications.hide(id)
            undo().catch(sayFailed)
          }}
        >
          Undo
        </Button>
      </>
    ),
  })
}
