import { useRouterState } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import styles from './settings.module.css'

/** What tells that somebody moves about the page themselves. */
const moves = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const

/**
 * One part of a settings page, with an address of its own (`#id`): there the page opens, and stays while the parts
 * above get their contents.
 */
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
    const section = here.current
    if (hash !== id || !section?.parentElement) return
    const observer = new ResizeObserver(() => section.scrollIntoView({ block: 'start' }))
    observer.observe(section.parentElement)
    const stop = () => {
      observer.disconnect()
      for (const move of moves) window.removeEventListener(move, stop)
    }
    for (const move of moves) window.addEventListener(move, stop, { passive: true })
    return stop
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
