import { TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import styles from './surveys.module.css'

/** A whole number that may be left out. */
export function NumberField({
  label,
  description,
  value,
  error,
  onChange,
}: {
  label: string
  description?: string
  value: number | null | undefined
  error?: string
  onChange: (value: number | null) => void
}): ReactNode {
  return (
    <TextInput
      label={label}
      description={description}
      type="number"
      min={0}
      step={1}
      inputMode="numeric"
      value={value ?? ''}
      error={error}
      onChange={({ currentTarget: { value: text } }) =>
        onChange(text === '' ? null : Math.max(0, Math.floor(Number(text))))
      }
    />
  )
}

/** A colour as text, as CSS has it, and by the browser's own picker. */
export function ColorField({
  label,
  value,
  usual,
  onChange,
}: {
  label: string
  value: string | null | undefined
  /** What SDKs take where nothing is said. */
  usual: string
  onChange: (value: string | undefined) => void
}): ReactNode {
  return (
    <TextInput
      label={label}
      placeholder={usual}
      value={value ?? ''}
      leftSection={
        <input
          type="color"
          className={styles.swatch}
          aria-label={`${label}: pick`}
          value={hexOf(value || usual)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      }
      onChange={(event) => onChange(event.currentTarget.value.trim() || undefined)}
    />
  )
}

const named: Record<string, string> = { black: '#000000', white: '#ffffff' }
/** What the browser's picker shows for a colour: it knows six digits only. */
const hexOf = (color: string): string => named[color] ?? (/^#[\da-f]{6}$/i.test(color) ? color : '#808080')
