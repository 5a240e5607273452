import { Button, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { rolesQuery, useFlagSetting } from '../../api/roles.ts'
import { useMe } from '../../api/session.ts'
import type { FeatureFlag } from '../../api/types.ts'
import { Problem } from '../../ui/problem.tsx'
import { LoadError, Loading } from '../../ui/states.tsx'
import styles from '../../ui/thing-page.module.css'
import { roleAccessQuery, useNameRole, useUnnameRole } from './queries.ts'

/** What is told to who may not change a flag. */
export const viewOnly = 'You can view this flag, not change it.'

type Props = { projectId: number; flag: FeatureFlag }

/** Who may edit a flag. What is changed here holds at once. */
export function Editors({ projectId, flag }: Props): ReactNode {
  const isAdmin = (useMe().organization?.membership_level ?? 1) >= 8
  const { query, isRestricted } = useFlagSetting('@current')
  const roles = useQuery(rolesQuery('@current'))
  const named = useQuery(roleAccessQuery(projectId, flag.id))
  const failed = [query, roles, named].find(({ isError }) => isError)
  if (failed) {
    return <LoadError what="who may edit it" error={failed.error} retry={() => void failed.refetch()} />
  }
  if (!query.data || !roles.data || !named.data) return <Loading what="who may edit it" rows={2} />
  const settings = (
    <Link to="/organization/settings" hash="roles">
      Organization settings
    </Link>
  )
  if (!isRestricted && named.data.results.length === 0) {
    return (
      <p className={styles.plain}>
        Everybody in the project. {isAdmin && <>To let only some edit flags, see {settings}.</>}
      </p>
    )
  }
  const always = roles.data.results.filter((role) => role.feature_flags_access_level >= 37)
  const maker = flag.created_by?.first_name || flag.created_by?.email
  return (
    <div>
      <p className={styles.plain}>
        {isRestricted
          ? [
              'Admins',
              ...(maker ? [`${maker}, who made it`] : []),
              ...always.map(({ name }) => `members of ${name}`),
            ].join('; ')
          : 'Everybody in the project, as long as the organization does not let only some edit flags'}
        .{isAdmin && <> {settings}</>}
      </p>
      <Named
        projectId={projectId}
        flag={flag}
        named={named.data.results.map(({ id, role }) => ({ id, roleId: role.id, name: role.name }))}
        roles={roles.data.results}
      />
    </div>
  )
}

/** The roles that the flag names, and more to choose from. */
function Named({
  projectId,
  flag,
  named,
  roles,
}: Props & {
  named: { id: number; roleId: string; name: string }[]
  roles: { id: string; name: string }[]
}): ReactNode {
  const name = useNameRole(projectId, flag.id)
  const unname = useUnnameRole(projectId, flag.id)
  const others = roles.filter(({ id }) => !named.some(({ roleId }) => roleId === id))
  const failed = name.error ?? unname.error
  return (
    <>
      {named.length > 0 && (
        <>
          <h3 className={styles.small}>And for this flag</h3>
          <ul className={styles.roles} aria-label="Roles that may edit this flag">
            {named.map((one) => (
              <li key={one.id}>
                <span>Members of {one.name}</span>
                {flag.can_edit && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={`Remove ${one.name}`}
                    loading={unname.isPending && unname.variables === one.id}
                    onClick={() => unname.mutate(one.id)}
                  >
                    Remove
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      <Problem error={failed} mb="xs" />
      {flag.can_edit && others.length > 0 && (
        <Select
          key={named.length}
          label="Let a role edit this flag"
          placeholder="Choose a role"
          searchable={others.length > 10}
          disabled={name.isPending}
          data={others.map(({ id, name: label }) => ({ value: id, label }))}
          value={null}
          onChange={(id) => id && name.mutate(id)}
        />
      )}
    </>
  )
}
