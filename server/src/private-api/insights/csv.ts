import { csvLines } from '../../kit/csv.ts'

/** What a table needs of a series, whatever insight it is from. */
type Series = {
  label: string
  labels: string[]
  data: number[]
  aggregated_value?: number
  action: { custom_name: string | null } | null
}

/** A line for each series: its name, then a column for each bucket, or one for the figure. */
export function seriesCsv(results: Series[]): string {
  const aggregated = results.some((one) => one.aggregated_value !== undefined)
  const header = ['series', ...(aggregated ? ['value'] : (results[0]?.labels ?? []))]
  const lines = results.map((one) => [
    one.action?.custom_name ?? one.label,
    ...(aggregated ? [one.aggregated_value ?? 0] : one.data),
  ])
  return csvLines([header, ...lines])
}
