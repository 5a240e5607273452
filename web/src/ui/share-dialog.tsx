import { Button, Checkbox, Group, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { type Shareable, sharingQuery, useShare } from '../api/saved.ts'
import { CopyButton } from './copy-button.tsx'
import { Dialog } from './dialog.tsx'
import { Problem } from './problem.tsx'
import { LoadError, Loading } from './states.tsx'

/** What a link can leave out, and how its address says so. */
const leftOut = [
  { label: 'Without the title', said: 'noHeader' },
  { label: 'Without legends', said: 'legend=0' },
  { label: 'Without “Made with Hedgerow”', said: 'whitelabel' },
]

/** Turns the link of an insight or a dashboard on or off, and shows it. */
export function ShareDialog({
  projectId,
  thing,
  onClose,
}: {
  projectId: number
  thing: Shareable
  onClose: () => void
}): ReactNode {
  const link = useQuery(sharingQuery(projectId, thing))
  const share = useShare(projectId, thing)
  const isWanted = share.isPending && share.variables !== 'renew' ? share.variables.enabled : undefined
  const [left, setLeft] = useState<string[]>([])
  const at = (path: string) =>
    `${window.location.origin}/${path}/${link.data?.access_token}${left.length > 0 ? `?${left.join('&')}` : ''}`
  const frame = `<iframe src="${at('embedded').replaceAll('&', '&amp;')}" width="100%" height="600" frameborder="0"></iframe>`
  return (
    <Dialog onClose={onClose} title={`Share this ${thing.kind}`} size="lg">
      {link.data ? (
        <Stack gap="md">
          <Switch
            label="Anyone with the link can see it"
            checked={isWanted ?? link.data.enabled}
            disabled={share.isPending}
            onChange={(event) => share.mutate({ enabled: event.currentTarget.checked })}
          />
          <Text size="sm" c="dimmed">
            {link.data.enabled
              ? `Whoever has the link sees this ${thing.kind} and nothing else of the project.`
              : 'Only members can see this.'}
          </Text>
          {link.data.enabled && (
            <>
              <Shown label="Link" value={at('shared')} />
              <Shown label="Embed code" value={frame} />
              <Group gap="lg">
                {leftOut.map(({ label, said }) => (
                  <Checkbox
                    key={said}
                    label={label}
                    checked={left.includes(said)}
                    onChange={(event) => {
                      const isLeft = event.currentTarget.checked
                      setLeft((old) => (isLeft ? [...old, said] : old.filter((one) => one !== said)))
                    }}
                  />
                ))}
              </Group>
              <Group>
                <Button
                  variant="default"
                  loading={share.isPending && share.variables === 'renew'}
                  disabled={share.isPending}
                  onClick={() => share.mutate('renew')}
                >
                  Make a new link
                </Button>
                <Text size="xs" c="dimmed">
                  The one above stops working then.
                </Text>
              </Group>
            </>
          )}
          <Problem error={share.error} />
        </Stack>
      ) : link.isError ? (
        <LoadError what="its link" error={link.error} retry={() => void link.refetch()} />
      ) : (
        <Loading what="its link" rows={2} />
      )}
    </Dialog>
  )
}

function Shown({ label, value }: { label: string; value: string }): ReactNode {
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        label={label}
        value={value}
        readOnly
        style={{ flex: 1 }}
        onFocus={(event) => event.currentTarget.select()}
      />
      <CopyButton value={value} what={label.toLowerCase()} />
    </Group>
  )
}
