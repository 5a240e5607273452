import { Button, Group } from '@mantine/core'
import { Link, useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page } from '../ui/page.tsx'
import { LoadError, Loading } from '../ui/states.tsx'

export function NotFound(): ReactNode {
  return (
    <Page title="There's no page here" about="The link is wrong, or what it led to was deleted." narrow>
      <Button component={Link} to="/" variant="default">
        Go home
      </Button>
    </Page>
  )
}

export function Crashed({ error }: { error: unknown }): ReactNode {
  const router = useRouter()
  return (
    <Page title="This page didn't load" about="What you were doing is in the link; nothing is lost." narrow>
      <LoadError what="this page" error={error} retry={() => void router.invalidate()} />
      <Group mt="md">
        <Button variant="default" onClick={() => window.location.reload()}>
          Reload
        </Button>
        <Button component={Link} to="/" variant="subtle">
          Go home
        </Button>
      </Group>
    </Page>
  )
}

export function Pending(): ReactNode {
  return (
    <div style={{ padding: 8 }}>
      <Loading what="the page" rows={8} />
    </div>
  )
}
