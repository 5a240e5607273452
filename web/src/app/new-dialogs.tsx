import { Button, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { http } from '../api/client.ts'
import { meQuery } from '../api/session.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Problem } from '../ui/problem.tsx'

const LONGEST_PROJECT = 200
const LONGEST_ORGANIZATION = 64

/** Asks for a name, makes a project in the organization, and goes on to its first event. */
export function NewProjectDialog({ onClose }: { onClose: () => void }): ReactNode {
  const client = useQueryClient()
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: (name: string) => http.POST('/api/projects/', { body: { name } }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: meQuery.queryKey })
      onClose()
      await navigate({ to: '/project/$projectId/onboarding', params: { projectId: id } })
    },
  })
  return (
    <Named
      title="New project"
      about="Events, people, insights and flags of a project are its own. It gets a key for SDKs."
      placeholder="Web app"
      longest={LONGEST_PROJECT}
      busy={create.isPending}
      error={create.error}
      onName={(name) => create.mutate(name)}
      onClose={onClose}
    />
  )
}

/** Asks for a name, and makes an organization with a project, which is the one to work in from then on. */
export function NewOrganizationDialog({ onClose }: { onClose: () => void }): ReactNode {
  const create = useMutation({
    mutationFn: (name: string) => http.POST('/api/organizations/', { body: { name } }),
    // all that was loaded is of another organization
    onSuccess: () => window.location.assign('/'),
  })
  return (
    <Named
      title="New organization"
      about="It has members, projects and limits of its own, and begins with one project. You own it."
      placeholder="Acme"
      longest={LONGEST_ORGANIZATION}
      busy={create.isPending}
      error={create.error}
      onName={(name) => create.mutate(name)}
      onClose={onClose}
    />
  )
}

function Named({
  title,
  about,
  placeholder,
  longest,
  busy,
  error,
  onName,
  onClose,
}: {
  title: string
  about: string
  placeholder: string
  longest: number
  busy: boolean
  error: unknown
  onName: (name: string) => void
  onClose: () => void
}): ReactNode {
  const [name, setName] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim()) onName(name.trim())
  }
  return (
    <Dialog onClose={onClose} title={title}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">{about}</Text>
          <TextInput
            label="Name"
            placeholder={placeholder}
            maxLength={longest}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <Problem error={error} />
          <Button type="submit" loading={busy} disabled={!name.trim()}>
            Create
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
