import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { RateLimitUse } from '../../api/types.ts'
import { number } from '../../ui/numbers.ts'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { LoadError, Loading } from '../../ui/states.tsx'
import { rateLimitsQuery } from './queries.ts'
import { Section } from './section.tsx'

/** The limits by what they are for: the name of the one by the minute, and of the one by the hour. */
const rows = [
  { what: 'Reading and changing settings', minute: 'crud_burst', hour: 'crud_sustained' },
  { what: 'Insights, events, SQL', minute: 'analytics_burst', hour: 'analytics_sustained' },
  { what: 'People', minute: 'analytics_burst', hour: 'persons_sustained' },
  { what: 'Flag definitions for servers', minute: 'local_evaluation', hour: null },
]

/** How often scripts have asked, against what the organization is allowed. */
export function ApiUsage({ organizationId }: { organizationId: string }): ReactNode {
  const limits = useQuery(rateLimitsQuery(organizationId))
  return (
    <Section
      id="api-usage"
      title="API usage"
      about="Requests with personal API keys, of everyone in the organization together. This app, captured events and flags don't count."
      action={
        <Button
          size="compact-sm"
          variant="default"
          loading={limits.isFetching && !limits.isPending}
          onClick={() => void limits.refetch()}
        >
          Refresh
        </Button>
      }
    >
      {limits.data ? (
        limits.data.enabled ? (
          <Uses uses={limits.data.results} />
        ) : (
          <p className="muted">This server doesn't limit how often scripts may ask.</p>
        )
      ) : limits.isError ? (
        <LoadError what="API usage" error={limits.error} retry={() => void limits.refetch()} />
      ) : (
        <Loading what="API usage" rows={4} />
      )}
    </Section>
  )
}

function Uses({ uses }: { uses: RateLimitUse['results'] }): ReactNode {
  const byName = new Map(uses.map((use) => [use.name, use]))
  const cell = (name: string | null) => {
    const use = name === null ? undefined : byName.get(name)
    if (!use) return <td className="num muted">no limit</td>
    const reached = use.remaining === 0
    return (
      <td className="num" style={reached ? { color: 'var(--danger)' } : undefined}>
        {number(use.used)} of {number(use.limit)}
        {reached && ' · reached'}
      </td>
    )
  }
  return (
    <ScrollRegion label="How far the limits are used">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Requests for</th>
            <th scope="col" className="num">
              Last minute
            </th>
            <th scope="col" className="num">
              Last hour
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ what, minute, hour }) => (
            <tr key={what}>
              <td>{what}</td>
              {cell(minute)}
              {cell(hour)}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
