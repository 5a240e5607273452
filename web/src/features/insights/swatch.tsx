import { useComputedColorScheme } from '@mantine/core'
import type { ReactNode } from 'react'
import { lookOf } from '../../ui/palette.ts'
import styles from './editor.module.css'

/** The colour of a series, for legends. */
export function Swatch({ slot, isPale = false }: { slot: number; isPale?: boolean }): ReactNode {
  const scheme = useComputedColorScheme('light')
  return (
    <span
      className={styles.swatch}
      style={{ background: lookOf(slot, scheme).color, opacity: isPale ? 0.45 : 1 }}
    />
  )
}
