import { Alert, Button, Text } from '@mantine/core'
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { InsightChart } from '../../ui/insight/insight-chart.tsx'
import type { ShownInsight } from '../../ui/insight/shown.ts'
import { number } from '../../ui/numbers.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'
import styles from './experiment-page.module.css'
import { type Experiment, type ExperimentResults, resultsQuery } from './queries.ts'
import {
  againstControl,
  chance,
  heldOutSentence,
  isFunnel,
  percent,
  type ShownVariant,
  variantsOf,
  verdictOf,
} from './shown.ts'

/** What an experiment that was launched says. */
export function Results({
  projectId,
  experiment,
  timeZone,
}: {
  projectId: number
  experiment: Experiment
  timeZone: string
}): ReactNode {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const query = resultsQuery(projectId, experiment.id)
  const results = useQuery(query)
  const refresh = async () => {
    setBusy(true)
    const anew = { ...resultsQuery(projectId, experiment.id, true), staleTime: 0 }
    // its failure is the query's, which shows it
    await client.fetchQuery(anew).catch(() => undefined)
    setBusy(false)
  }
  const again = (
    <Button
      size="compact-sm"
      variant="subtle"
      loading={busy}
      leftSection={<IconRefresh size={14} />}
      onClick={() => void refresh()}
    >
      Refresh
    </Button>
  )
  if (results.isError) {
    const hasNone = results.error instanceof ApiError && results.error.code === 'no_data'
    return (
      <div className="card">
        {hasNone ? (
          <Empty title="No data yet.">
            Results appear when people have seen “control” and another variant, and their events carry{' '}
            <code>$feature/{experiment.feature_flag_key}</code>, which the SDKs add. <div>{again}</div>
          </Empty>
        ) : (
          <LoadError what="the results" error={results.error} retry={() => void refresh()} />
        )}
      </div>
    )
  }
  if (!results.data) {
    return (
      <div className="card">
        <Loading what="the results" rows={4} />
      </div>
    )
  }
  const { sample_ratio: ratio } = results.data
  return (
    <>
      {ratio.warning && (
        <Alert
          color="red"
          variant="outline"
          icon={<IconAlertTriangle size={20} />}
          title="Variants are not seen as often as they should be."
          role="alert"
          styles={{ root: { background: 'var(--surface)' }, title: { color: 'var(--danger)' } }}
        >
          <Text size="sm" c="var(--text)">
            {ratio.warning}
          </Text>
        </Alert>
      )}
      <div className="card">
        <div className={styles.verdict}>
          <Text fw={500}>{verdictOf(results.data, experiment.end_date ? null : experiment.start_date)}</Text>
          <Text size="xs" c="dimmed" component="span">
            <RelativeTime at={results.data.last_refresh} timeZone={timeZone} /> {again}
          </Text>
        </div>
        <VariantTable results={results.data} />
        {experiment.holdout && (
          <Text size="sm" c="dimmed" p="sm">
            {heldOutSentence(experiment.holdout, results.data)}
          </Text>
        )}
      </div>
      <section className={`card ${styles.drawn}`} aria-labelledby="drawn">
        <h2 id="drawn">
          {isFunnel(results.data) ? 'How many got through, by variant' : 'How often it happened, by variant'}
        </h2>
        <InsightChart insight={drawnOf(experiment, results.data)} timeZone={timeZone} height={300} />
      </section>
    </>
  )
}

/** The metric by variant, as an insight is drawn: control comes first, as in the table. */
function drawnOf(
  experiment: Experiment,
  { filters, insight, last_refresh }: ExperimentResults,
): ShownInsight {
  const isControl = (part: ExperimentResults['insight'][number]) =>
    String((Array.isArray(part) ? part[0] : part)?.breakdown_value) === 'control'
  return {
    name: experiment.name,
    derived_name: null,
    filters: { ...experiment.filters, ...filters },
    query: null,
    result: [...insight.filter(isControl), ...insight.filter((part) => !isControl(part))],
    columns: null,
    last_refresh,
  }
}

function VariantTable({ results }: { results: ExperimentResults }): ReactNode {
  const variants = variantsOf(results)
  const funnel = isFunnel(results)
  const shown = (value: number) => (funnel ? percent(value) : number(value))
  const ends = variants.flatMap(({ interval }) => interval ?? [])
  const [low, high] = [Math.min(...ends), Math.max(...ends)]
  return (
    <ScrollRegion label="Variants">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Variant</th>
            <th scope="col" className="num">
              Best with
            </th>
            <th scope="col" className="num">
              {funnel ? 'Converted' : 'People who saw it'}
            </th>
            <th scope="col" className="num">
              {funnel ? 'Conversion' : 'For each of them'}
            </th>
            <th scope="col" className="num">
              Against control
            </th>
            <th scope="col">95 % of what is likely</th>
          </tr>
        </thead>
        <tbody>
          {variants.map((variant) => (
            <tr key={variant.key}>
              <td className="mono">{variant.key}</td>
              <td className="num">{chance(variant.probability)}</td>
              <td className="num">
                {funnel ? variant.counted : `${number(variant.people)} (${variant.counted} in all)`}
              </td>
              <td className="num">{variant.value === null ? '—' : shown(variant.value)}</td>
              <td className="num">{againstControl(variant, variants)}</td>
              <td>
                <IntervalCell variant={variant} low={low} high={high} shown={shown} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

/** An interval as text, and drawn on the scale that all variants share. */
function IntervalCell({
  variant: { interval, value },
  low,
  high,
  shown,
}: {
  variant: ShownVariant
  low: number
  high: number
  shown: (value: number) => string
}): ReactNode {
  if (!interval) return '—'
  const at = (x: number) => 2 + (156 * (x - low)) / (high - low || 1)
  return (
    <>
      <svg className={styles.interval} viewBox="0 0 160 14" aria-hidden="true">
        <line className={styles.track} x1={2} x2={158} y1={7} y2={7} strokeWidth={1} />
        <line
          className={styles.range}
          x1={at(interval[0])}
          x2={at(interval[1])}
          y1={7}
          y2={7}
          strokeWidth={4}
        />
        {value !== null && <circle className={styles.point} cx={at(value)} cy={7} r={4} />}
      </svg>
      <span className="small" style={{ whiteSpace: 'nowrap' }}>
        {shown(interval[0])} to {shown(interval[1])}
      </span>
    </>
  )
}
