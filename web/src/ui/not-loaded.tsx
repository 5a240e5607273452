import type { ReactNode } from 'react'
import { ApiError } from '../api/client.ts'
import { Page } from './page.tsx'
import { LoadError, Loading } from './states.tsx'
import { capital } from './text.ts'

/** In the place of one thing that is not there: it is coming, it is gone, or it could not be loaded. */
export function NotLoaded({
  thing,
  query: { isError, error, refetch },
  back,
}: {
  /** "insight", "feature flag" */
  thing: string
  query: { isError: boolean; error: unknown; refetch: () => unknown }
  /** The link to where all of them are. */
  back: ReactNode
}): ReactNode {
  const name = capital(thing)
  if (!isError) return <Loading what={`this ${thing}`} rows={8} height={24} />
  const isGone = error instanceof ApiError && error.status === 404
  return (
    <Page title={isGone ? `${name} not found` : name} narrow>
      {isGone ? (
        <p>It was deleted, or the link is wrong. {back}</p>
      ) : (
        <LoadError what={`this ${thing}`} error={error} retry={() => void refetch()} />
      )}
    </Page>
  )
}
