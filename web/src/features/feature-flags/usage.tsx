import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { FeatureFlag } from '../../api/types.ts'
import { InsightChart } from '../../ui/insight/insight-chart.tsx'
import { valueName } from '../../ui/insight/series.ts'
import { counted, number } from '../../ui/numbers.ts'
import { LoadError, Loading } from '../../ui/states.tsx'
import { usageQuery } from './queries.ts'

/** How often code asked for a flag, day by day, and what it got. */
export function Usage({ projectId, flag: { key } }: { projectId: number; flag: FeatureFlag }): ReactNode {
  const usage = useQuery(usageQuery(projectId, key))
  if (usage.isError) {
    return <LoadError what="the usage" error={usage.error} retry={() => void usage.refetch()} />
  }
  if (!usage.data) return <Loading what="the usage" rows={4} />
  const { query, results, last_refresh, timezone } = usage.data
  const calls = results.reduce((sum, { count }) => sum + count, 0)
  if (!calls) {
    return (
      <Text size="sm" c="dimmed">
        Not asked for in the last 30 days. Copy the code, and calls of the SDKs show up here.
      </Text>
    )
  }
  const answers = results.map(({ breakdown_value: value, count }) => `${valueName(value)} ${number(count)}`)
  return (
    <>
      <Text size="sm" mb="xs">
        Asked for {counted(calls, 'time')} in the last 30 days: {answers.join(', ')}.
      </Text>
      <InsightChart
        insight={{
          name: `Calls of ${key}`,
          derived_name: null,
          filters: {},
          query,
          result: results,
          columns: null,
          last_refresh,
        }}
        timeZone={timezone}
        height={160}
      />
    </>
  )
}
