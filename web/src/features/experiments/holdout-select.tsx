import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { holdoutsQuery } from './holdout-queries.ts'
import { holdoutSentence } from './shown.ts'

/** Chooses a holdout, or none; nothing where the project has none. */
export function HoldoutSelect({
  projectId,
  value,
  disabled,
  onChange,
}: {
  projectId: number
  value: number | null
  disabled?: boolean
  onChange: (id: number | null) => void
}): ReactNode {
  const { data: holdouts = [] } = useQuery(holdoutsQuery(projectId))
  if (!holdouts.length) return null
  return (
    <Select
      label="Holdout"
      description="People who get nothing of this experiment, and of others with this holdout. It can't be changed after the launch."
      placeholder="Nobody"
      clearable
      clearButtonProps={{ 'aria-label': 'No holdout' }}
      searchable={holdouts.length > 10}
      disabled={disabled}
      maw={480}
      data={holdouts.map((holdout) => ({ value: String(holdout.id), label: holdoutSentence(holdout) }))}
      value={value === null ? null : String(value)}
      onChange={(id) => onChange(id === null ? null : Number(id))}
    />
  )
}
