import { useEffect } from 'react'
import { undescribed } from '../../api/client.ts'
import type { Guides } from './description.ts'

/** While somebody works on the documentation (`npm run docs`), the page is loaded again when that has changed. */
export function useReloadOnChange(revision: string | undefined): void {
  useEffect(() => {
    if (!revision) return undefined
    const timer = setInterval(() => {
      undescribed<Guides>('/api/docs/guides.json').then(
        (now) => {
          if (now.revision !== revision) window.location.reload()
        },
        // it is starting anew
        () => undefined,
      )
    }, 1000)
    return () => clearInterval(timer)
  }, [revision])
}
