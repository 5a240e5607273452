import { useRouterState } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import styles from './settings.module.css'

/** One part of a settings page, with an address of its own (`#id`). */
export function Section({
  id,
  title,
  about,
  action,
  children,
}: {
  id: string
  title: string
  about?: ReactNode
  action?: ReactNode
  children: ReactNode
}): ReactNode {
  const here = useRef<HTMLElement>(null)
  const hash = useRouterState({ select: (state) => state.location.hash })
  useEffect(() => {
    if (hash === id) here.current?.scrollIntoView({ block: 'start' })
  }, [hash, id])
  return (
    <section id={id} ref={here} aria-labelledby={`${id}-title`} className={`card ${styles.section}`}>
      <div className={styles.head}>
        <div>
          <h2 id={`${id}-title`} className={styles.title}>
            {title}
          </h2>
          {about && <p className={styles.about}>{about}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  )
}

/** The links to a page's sections, beside it. */
export function Rail({ sections }: { sections: { id: string; title: string }[] }): ReactNode {
  return (
    <nav aria-label="On this page" className={styles.rail}>
      {sections.map(({ id, title }) => (
        <a key={id} href={`#${id}`}>
          {title}
        </a>
      ))}
    </nav>
  )
}
