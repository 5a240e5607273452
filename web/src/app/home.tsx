import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { HomeBoard } from '../features/dashboards/home-board.tsx'
import { HomePage } from '../features/start/home-page.tsx'

/** The home page with the project's dashboard on it. */
export function Home(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/home' })
  return <HomePage board={(below) => <HomeBoard projectId={projectId}>{below}</HomeBoard>} />
}
