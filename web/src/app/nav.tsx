import { IconApi } from '@tabler/icons-react'
import { Link, useRouterState } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import styles from './nav.module.css'
import { places } from './places.ts'

const groups = [...new Set(places.map((place) => place.group))]

/** The place that a path belongs to: of those it lies below, the nearest. */
const placeOf = (path: string, projectId: number) =>
  places
    .map(({ to }) => ({ to, at: to.replace('$projectId', String(projectId)) }))
    .filter(({ at }) => path === at || path.startsWith(`${at}/`))
    .sort((a, b) => b.at.length - a.at.length)[0]?.to

/**
 * The links of a project's pages; the one we are on, or below, is marked. `onGo`: one of them was followed.
 * All of them are in sight on a screen of 720 pixels, and on a telephone: none is found only by scrolling.
 */
export function Nav({ projectId, onGo }: { projectId: number; onGo: () => void }): ReactNode {
  const here = useRouterState({ select: ({ location }) => placeOf(location.pathname, projectId) })
  return (
    <nav aria-label="Project" className={styles.nav}>
      {groups.map((group) => (
        <div key={group ?? ''} className={styles.group} data-last={group === 'Project' || undefined}>
          {group && group !== 'Project' && <div className={styles.label}>{group}</div>}
          <ul className={styles.list}>
            {places
              .filter((place) => place.group === group)
              .map(({ to, label, icon: Icon }) => (
                <li key={to}>
                  <Link
                    to={to}
                    params={{ projectId }}
                    onClick={onGo}
                    className={styles.link}
                    activeOptions={{ exact: true, includeSearch: false }}
                    data-active={to === here || undefined}
                  >
                    <Icon size={18} stroke={1.75} aria-hidden />
                    {label}
                  </Link>
                </li>
              ))}
            {group === 'Project' && (
              <li>
                <a href="/api/docs/" target="_blank" rel="noreferrer" className={styles.link}>
                  <IconApi size={18} stroke={1.75} aria-hidden />
                  API docs
                  <span className="visually-hidden">, opens a new tab</span>
                </a>
              </li>
            )}
          </ul>
        </div>
      ))}
    </nav>
  )
}
