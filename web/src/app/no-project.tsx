import { Button, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ApiError } from '../api/client.ts'
import { allMembersQuery } from '../api/members.ts'
import { useMe } from '../api/session.ts'
import { Page } from '../ui/page.tsx'
import { LoadError } from '../ui/states.tsx'

/** From this level on members may give others access. */
const admin = 8
/** So many of them are named. */
const MOST_NAMED = 3

/** In the place of all pages of a project that one can't see: why, who can help, and the way to those that one can. */
export function NoProject({ error, retry }: { error: unknown; retry: () => void }): ReactNode {
  const { organization } = useMe()
  const members = useQuery({
    ...allMembersQuery(organization?.id ?? '@current'),
    enabled: organization !== null,
  })
  const isRefused = error instanceof ApiError && error.status === 403
  const isGone = error instanceof ApiError && error.status === 404
  const admins = (members.data?.results ?? [])
    .filter(({ level }) => level >= admin)
    .slice(0, MOST_NAMED)
    .map(({ user }) => user.first_name || user.email)
  const others = organization?.teams ?? []
  return (
    <Page title={isRefused ? "You can't see this project" : 'Project not found'} narrow>
      {isRefused || isGone ? (
        <p role="alert">
          {isRefused
            ? 'Your account has no access to it.'
            : 'It was deleted, the link is wrong, or it is of an organization that you are no member of.'}{' '}
          {admins.length > 0 &&
            `${new Intl.ListFormat('en', { type: 'disjunction' }).format(admins)} can help.`}
        </p>
      ) : (
        <LoadError what="this project" error={error} retry={retry} />
      )}
      <Group gap="xs">
        {others.map(({ id, name }) => (
          <Button key={id} component={Link} to={`/project/${id}/home`} variant="default">
            Go to {name}
          </Button>
        ))}
      </Group>
    </Page>
  )
}
