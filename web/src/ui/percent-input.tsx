import { TextInput } from '@mantine/core'
import type { ReactNode } from 'react'

/** A percentage, 0 to 100; what is typed replaces what is there. */
export function PercentInput({
  label,
  value,
  readOnly,
  onChange,
}: {
  label: string
  value: number
  readOnly?: boolean
  onChange: (value: number) => void
}): ReactNode {
  return (
    <TextInput
      type="number"
      size="xs"
      w={84}
      aria-label={label}
      min={0}
      max={100}
      step="any"
      inputMode="decimal"
      rightSection={<span className="muted">%</span>}
      readOnly={readOnly}
      value={value}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => onChange(Math.min(100, Math.max(0, Number(event.currentTarget.value))))}
    />
  )
}
