import { Button, Group, NativeSelect, Select, Switch, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { allMembersQuery } from '../../api/members.ts'
import { rolesQuery, useFlagSetting } from '../../api/roles.ts'
import type { Me, Role } from '../../api/types.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Problem } from '../../ui/problem.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { Empty, LoadError, Loading, sentence } from '../../ui/states.tsx'
import {
  useCreateRole,
  useDeleteRole,
  useGiveRole,
  useRestrictFlags,
  useTakeRole,
  useUpdateRole,
} from './role-queries.ts'
import { Section } from './section.tsx'
import styles from './settings.module.css'

type Organization = NonNullable<Me['organization']>
type Asked = { act: 'make' } | { act: 'edit' | 'delete'; id: string }

const nameOf = ({ user }: Role['members'][number]) => user.first_name || user.email
const levels = [
  { value: '37', label: 'Edits all' },
  { value: '21', label: 'Sees them' },
]

/** The organization's roles, and whether they decide who edits feature flags. */
export function Roles({ organization }: { organization: Organization }): ReactNode {
  const roles = useQuery(rolesQuery(organization.id))
  const [asked, setAsked] = useState<Asked | null>(null)
  const isAdmin = (organization.membership_level ?? 1) >= 8
  const named = asked && 'id' in asked ? roles.data?.results.find(({ id }) => id === asked.id) : undefined
  const close = () => setAsked(null)
  return (
    <Section
      id="roles"
      title="Roles"
      about="A role is a group of members, such as Engineers. Roles can decide who edits feature flags."
      action={isAdmin && <Button onClick={() => setAsked({ act: 'make' })}>New role</Button>}
    >
      <Restriction organizationId={organization.id} isAdmin={isAdmin} />
      {roles.data ? (
        roles.data.results.length > 0 ? (
          <RoleTable
            organizationId={organization.id}
            roles={roles.data.results}
            isAdmin={isAdmin}
            ask={setAsked}
          />
        ) : (
          <Empty title="No roles yet.">
            {isAdmin
              ? 'Make one, give it to members, and let it edit all flags, or only those that name it.'
              : 'Admins of the organization can make some.'}
          </Empty>
        )
      ) : roles.isError ? (
        <LoadError what="roles" error={roles.error} retry={() => void roles.refetch()} />
      ) : (
        <Loading what="roles" rows={2} />
      )}
      {asked?.act === 'make' && (
        <NewRole
          organizationId={organization.id}
          onMade={(id) => setAsked({ act: 'edit', id })}
          onClose={close}
        />
      )}
      {asked?.act === 'edit' && named && (
        <EditRole organizationId={organization.id} role={named} onClose={close} />
      )}
      {asked?.act === 'delete' && named && (
        <DeleteRole organizationId={organization.id} role={named} onClose={close} />
      )}
    </Section>
  )
}

function Restriction({ organizationId, isAdmin }: { organizationId: string; isAdmin: boolean }): ReactNode {
  const { query, isRestricted } = useFlagSetting(organizationId)
  const restrict = useRestrictFlags(organizationId)
  return (
    <Switch
      mb="md"
      label="Only some members edit feature flags"
      description="Admins, who made a flag, and members of roles that edit all flags or that a flag names. Otherwise everybody does."
      disabled={!isAdmin || !query.data || restrict.isPending}
      checked={restrict.isPending ? restrict.variables : isRestricted}
      error={restrict.isError ? sentence(restrict.error) : undefined}
      onChange={(event) => restrict.mutate(event.currentTarget.checked)}
    />
  )
}

function RoleTable({
  organizationId,
  roles,
  isAdmin,
  ask,
}: {
  organizationId: string
  roles: Role[]
  isAdmin: boolean
  ask: (asked: Asked) => void
}): ReactNode {
  const update = useUpdateRole(organizationId)
  // what was just chosen stands there at once
  const levelOf = ({ id, feature_flags_access_level: level }: Role) =>
    (update.isPending && update.variables.id === id && update.variables.feature_flags_access_level) || level
  const labelOf = (level: number) => levels.find(({ value }) => value === String(level))?.label ?? level
  return (
    <>
      <Problem error={update.error} mb="xs" />
      <ScrollRegion label="Roles of the organization">
        <table className="data">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Members</th>
              <th scope="col">Feature flags</th>
              <th scope="col">
                <span className="visually-hidden">Edit or delete</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {roles.map((role) => (
              <tr key={role.id}>
                <td>{role.name}</td>
                <td className={role.members.length ? undefined : 'muted'}>
                  {role.members.map(nameOf).join(', ') || 'Nobody'}
                </td>
                <td>
                  {isAdmin ? (
                    <NativeSelect
                      size="xs"
                      miw={104}
                      aria-label={`What ${role.name} may do to feature flags`}
                      value={String(levelOf(role))}
                      data={levels}
                      onChange={(event) =>
                        update.mutate({
                          id: role.id,
                          feature_flags_access_level: event.currentTarget.value === '37' ? 37 : 21,
                        })
                      }
                    />
                  ) : (
                    labelOf(role.feature_flags_access_level)
                  )}
                  {role.associated_flags.length > 0 && (
                    <div className="muted small">
                      Named by {role.associated_flags.map(({ key }) => key).join(', ')}
                    </div>
                  )}
                </td>
                <td className="num">
                  {isAdmin && (
                    <Group gap={6} justify="flex-end" wrap="nowrap">
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`Edit ${role.name}`}
                        onClick={() => ask({ act: 'edit', id: role.id })}
                      >
                        Edit
                      </Button>
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`Delete ${role.name}`}
                        onClick={() => ask({ act: 'delete', id: role.id })}
                      >
                        Delete
                      </Button>
                    </Group>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  )
}

function NewRole({
  organizationId,
  onMade,
  onClose,
}: {
  organizationId: string
  onMade: (id: string) => void
  onClose: () => void
}): ReactNode {
  const create = useCreateRole(organizationId)
  const [name, setName] = useState('')
  const [isEmpty, setEmpty] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!name.trim()) return setEmpty(true)
    create.mutate(name, { onSuccess: ({ id }) => onMade(id) })
  }
  return (
    <Dialog onClose={onClose} title="New role">
      <form onSubmit={submit} noValidate style={{ display: 'grid', gap: 14 }}>
        <TextInput
          label="Name"
          placeholder="Engineers"
          data-autofocus
          maxLength={200}
          value={name}
          error={isEmpty ? 'Give the role a name.' : create.isError ? sentence(create.error) : undefined}
          onChange={(event) => {
            setName(event.currentTarget.value)
            setEmpty(false)
          }}
        />
        <div>
          <Button type="submit" loading={create.isPending}>
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** Its name, and who has it: each change holds at once. */
function EditRole({
  organizationId,
  role,
  onClose,
}: {
  organizationId: string
  role: Role
  onClose: () => void
}): ReactNode {
  const update = useUpdateRole(organizationId)
  const give = useGiveRole(organizationId, role.id)
  const take = useTakeRole(organizationId, role.id)
  const [name, setName] = useState(role.name)
  const all = useQuery(allMembersQuery(organizationId))
  const others = (all.data?.results ?? []).filter(
    ({ user }) => !role.members.some((member) => member.user.uuid === user.uuid),
  )
  const rename = (event: FormEvent) => {
    event.preventDefault()
    update.mutate({ id: role.id, name }, { onSuccess: (renamed) => setName(renamed.name) })
  }
  const failed = give.error ?? take.error ?? all.error
  return (
    <Dialog onClose={onClose} title={`Role “${role.name}”`}>
      <div style={{ display: 'grid', gap: 16 }}>
        <form onSubmit={rename} noValidate className={styles.beside}>
          <TextInput
            label="Name"
            maxLength={200}
            value={name}
            error={update.isError ? sentence(update.error) : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button
            type="submit"
            variant="default"
            loading={update.isPending}
            disabled={!name.trim() || name.trim() === role.name}
          >
            Rename
          </Button>
        </form>
        <div>
          <h3 className={styles.subtitle}>Members</h3>
          {role.members.length ? (
            <ul className={styles.people} aria-label={`Members of ${role.name}`}>
              {role.members.map((member) => (
                <li key={member.id}>
                  <span>
                    {nameOf(member)}
                    {member.user.first_name && <span className="muted small"> {member.user.email}</span>}
                  </span>
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={`Take ${nameOf(member)} out of ${role.name}`}
                    loading={take.isPending && take.variables === member.id}
                    onClick={() => take.mutate(member.id)}
                  >
                    Take out
                  </Button>
                </li>
              ))}
            </ul>
          ) : (
            <p className={`muted ${styles.subtle}`}>Nobody has this role yet.</p>
          )}
          <Problem error={failed} mb="xs" />
          {all.data && others.length === 0 ? (
            <p className={`muted ${styles.subtle}`}>Every member of the organization has it.</p>
          ) : (
            <Select
              key={role.members.length}
              label="Add a member"
              placeholder="Choose a member"
              searchable
              nothingFoundMessage="No member is called that."
              disabled={!all.data || give.isPending}
              data={others.map(({ user }) => ({
                value: user.uuid,
                label: user.first_name ? `${user.first_name} (${user.email})` : user.email,
              }))}
              value={null}
              onChange={(uuid) => uuid && give.mutate(uuid)}
            />
          )}
        </div>
        <div>
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    </Dialog>
  )
}

function DeleteRole({
  organizationId,
  role,
  onClose,
}: {
  organizationId: string
  role: Role
  onClose: () => void
}): ReactNode {
  const remove = useDeleteRole(organizationId)
  return (
    <Confirm
      title={`Delete the role “${role.name}”?`}
      verb="Delete"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(role.id, {
          onSuccess: () => {
            onClose()
            notifications.show({ message: `Deleted “${role.name}”.`, role: 'status' })
          },
        })
      }
    >
      Who has it stays in the organization, and may edit no more flags because of it.
    </Confirm>
  )
}
