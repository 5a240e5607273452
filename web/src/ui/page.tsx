import { Group, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import styles from './page.module.css'

/**
 * A page: its heading (which takes the focus when the page is entered, so that screen readers say where one is),
 * the document's title, and at the right what one can do here.
 */
export function Page({
  title,
  about,
  actions,
  narrow = false,
  children,
}: {
  title: string
  about?: ReactNode
  actions?: ReactNode
  narrow?: boolean
  children: ReactNode
}): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Hedgerow`
  }, [title])
  useEffect(() => {
    // A field that asked for the focus itself keeps it.
    if (!document.activeElement || document.activeElement === document.body) {
      heading.current?.focus({ preventScroll: true })
    }
  }, [])
  return (
    <div className={narrow ? styles.narrow : styles.page}>
      <Group justify="space-between" align="flex-start" gap="md" mb="md">
        <div className={styles.heading}>
          <Title order={1} ref={heading} tabIndex={-1}>
            {title}
          </Title>
          {about && (
            <Text size="sm" c="dimmed" mt={2} maw="72ch" component="div">
              {about}
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </div>
  )
}
