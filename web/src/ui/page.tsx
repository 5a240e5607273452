import { Group, Text, Title } from '@mantine/core'
import { createContext, type ReactNode, useContext, useEffect, useRef } from 'react'
import styles from './page.module.css'

/** The name of the project that pages belong to, for the document's title; null outside of one. */
export const ProjectName = createContext<string | null>(null)

/** Whether what has the focus stands beside the page, so that a new page may take it. */
function isBeside(element: Element | null): boolean {
  return !element || element === document.body || element.closest('nav, header') !== null
}

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
  const project = useContext(ProjectName)
  useEffect(() => {
    document.title = [title, project, 'Hedgerow'].filter(Boolean).join(' · ')
  }, [title, project])
  useEffect(() => {
    // A field that asked for the focus itself keeps it.
    if (isBeside(document.activeElement)) heading.current?.focus({ preventScroll: true })
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
