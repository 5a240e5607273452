import { Button, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { http } from '../../api/client.ts'
import { TypedConfirm } from '../../ui/typed-confirm.tsx'
import { Section } from './section.tsx'

/** What is deleted is in everything that was loaded: the app begins anew. */
const startOver = () => window.location.assign('/')

/** Deletes the project, for admins who type its name. */
export function DeleteProject({
  project,
  isAllowed,
}: {
  project: { id: number; name: string }
  isAllowed: boolean
}): ReactNode {
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => http.DELETE('/api/projects/{id}/', { params: { path: { id: String(project.id) } } }),
    onSuccess: () => {
      client.clear()
      startOver()
    },
  })
  return (
    <Danger
      what="project"
      name={project.name}
      about="Its key stops working at once. People, definitions, insights, dashboards, flags and experiments go, and nobody can ask for its events any more. There is no way back."
      refusal={isAllowed ? null : 'Admins of the organization can delete it.'}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
    />
  )
}

/** Deletes the organization with all its projects, for its owner, who types its name. */
export function DeleteOrganization({
  organization,
  isAllowed,
}: {
  organization: { id: string; name: string; teams: unknown[] }
  isAllowed: boolean
}): ReactNode {
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => http.DELETE('/api/organizations/{id}/', { params: { path: { id: organization.id } } }),
    onSuccess: () => {
      client.clear()
      startOver()
    },
  })
  const projects =
    organization.teams.length === 1 ? 'its project' : `its ${organization.teams.length} projects`
  return (
    <Danger
      what="organization"
      name={organization.name}
      about={`It goes with ${projects} and all that is in there. Members keep their accounts. There is no way back.`}
      refusal={isAllowed ? null : 'Only its owner can delete it.'}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
    />
  )
}

function Danger({
  what,
  name,
  about,
  refusal,
  ...asking
}: {
  what: 'project' | 'organization'
  name: string
  about: string
  /** Why it can't be done by who looks; null where it can. */
  refusal: string | null
  busy: boolean
  error: unknown
  onConfirm: () => void
}): ReactNode {
  const [isAsking, setAsking] = useState(false)
  return (
    <Section id="danger" title="Danger zone" about={about}>
      <Button
        variant="default"
        c={refusal === null ? 'var(--danger)' : undefined}
        disabled={refusal !== null}
        onClick={() => setAsking(true)}
      >
        Delete this {what}…
      </Button>
      {refusal && (
        <Text size="sm" c="dimmed" mt="xs">
          {refusal}
        </Text>
      )}
      {isAsking && (
        <TypedConfirm
          title={`Delete “${name}”?`}
          name={name}
          verb={`Delete the ${what}`}
          onClose={() => setAsking(false)}
          {...asking}
        >
          {about}
        </TypedConfirm>
      )}
    </Section>
  )
}
