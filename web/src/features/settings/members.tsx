import { Button, NativeSelect } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { membersAPage, membersQuery } from '../../api/members.ts'
import { useMe } from '../../api/session.ts'
import type { Me, Member } from '../../api/types.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Problem } from '../../ui/problem.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { LoadError, Loading } from '../../ui/states.tsx'
import { useRemoveMember, useSetLevel } from './organization-queries.ts'
import { Section } from './section.tsx'

type Organization = NonNullable<Me['organization']>
type Level = Member['level']

const levels: { value: Level; label: string }[] = [
  { value: 1, label: 'Member' },
  { value: 8, label: 'Admin' },
  { value: 15, label: 'Owner' },
]
const labelOf = (level: Level) => levels.find(({ value }) => value === level)?.label ?? String(level)
const nameOf = ({ user }: Member) => user.first_name || user.email

/** What is asked before it is done. */
type Asked = { act: 'remove' | 'pass on'; member: Member }

/** Who is in the organization. What one may not do to somebody is not offered. */
export function Members({ organization }: { organization: Organization }): ReactNode {
  const me = useMe()
  const [page, setPage] = useState(1)
  const members = useQuery(membersQuery(organization.id, page))
  const setLevel = useSetLevel(organization.id)
  const [asked, setAsked] = useState<Asked | null>(null)
  const own = organization.membership_level ?? 1

  const choose = (member: Member, level: Level) => {
    if (level === 15) setAsked({ act: 'pass on', member })
    else
      setLevel.mutate(
        { uuid: member.user.uuid, level },
        {
          onSuccess: () =>
            notifications.show({
              message: `${nameOf(member)} is ${level === 8 ? 'an admin' : 'a member'} now.`,
              role: 'status',
            }),
        },
      )
  }
  return (
    <Section
      id="members"
      title="Members"
      about="They see every project of the organization. Admins also change it and its members; there is one owner."
    >
      {members.data ? (
        <>
          <Problem error={asked ? null : setLevel.error} mb="xs" />
          <MemberTable
            members={members.data.results}
            me={me}
            own={own}
            choose={choose}
            remove={(member) => setAsked({ act: 'remove', member })}
          />
          <Pager
            page={page}
            rows={members.data.results.length}
            aPage={membersAPage}
            count={members.data.count}
            more={members.data.next !== null}
            go={setPage}
          />
        </>
      ) : members.isError ? (
        <LoadError what="members" error={members.error} retry={() => void members.refetch()} />
      ) : (
        <Loading what="members" rows={3} />
      )}
      {asked?.act === 'remove' && (
        <RemoveDialog
          organization={organization}
          member={asked.member}
          isMe={asked.member.user.uuid === me.uuid}
          onClose={() => setAsked(null)}
        />
      )}
      {asked?.act === 'pass on' && (
        <Confirm
          title={`Make ${nameOf(asked.member)} the owner?`}
          verb="Pass on the ownership"
          busy={setLevel.isPending}
          error={setLevel.error}
          onClose={() => {
            setLevel.reset()
            setAsked(null)
          }}
          onConfirm={() =>
            setLevel.mutate({ uuid: asked.member.user.uuid, level: 15 }, { onSuccess: () => setAsked(null) })
          }
        >
          {organization.name} has one owner. You will be an admin, and only the new owner can change that.
        </Confirm>
      )}
    </Section>
  )
}

function MemberTable({
  members,
  me,
  own,
  choose,
  remove,
}: {
  members: Member[]
  me: Me
  /** The level of who looks. */
  own: number
  choose: (member: Member, level: Level) => void
  remove: (member: Member) => void
}): ReactNode {
  const timeZone = me.team?.timezone ?? 'UTC'
  return (
    <ScrollRegion label="Members of the organization">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Level</th>
            <th scope="col">Joined</th>
            <th scope="col">
              <span className="visually-hidden">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {members.map((member) => {
            const isMe = member.user.uuid === me.uuid
            const mayEdit = !isMe && own >= 8 && member.level <= own
            return (
              <tr key={member.id}>
                <td>
                  <div>
                    {nameOf(member)}
                    {isMe && <span className="muted"> (you)</span>}
                  </div>
                  {member.user.first_name && <div className="muted small">{member.user.email}</div>}
                </td>
                <td>
                  {mayEdit ? (
                    <NativeSelect
                      size="xs"
                      miw={104}
                      aria-label={`Level of ${nameOf(member)}`}
                      value={String(member.level)}
                      data={levels
                        .filter(({ value }) => value <= own)
                        .map(({ value, label }) => ({ value: String(value), label }))}
                      onChange={(event) => choose(member, Number(event.currentTarget.value) as Level)}
                    />
                  ) : (
                    labelOf(member.level)
                  )}
                </td>
                <td className="muted" style={{ whiteSpace: 'nowrap' }}>
                  <RelativeTime at={member.joined_at} timeZone={timeZone} />
                </td>
                <td className="num">
                  {(mayEdit || (isMe && member.level < 15)) && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={isMe ? 'Leave the organization' : `Remove ${nameOf(member)}`}
                      onClick={() => remove(member)}
                    >
                      {isMe ? 'Leave' : 'Remove'}
                    </Button>
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

function RemoveDialog({
  organization,
  member,
  isMe,
  onClose,
}: {
  organization: Organization
  member: Member
  isMe: boolean
  onClose: () => void
}): ReactNode {
  const remove = useRemoveMember(organization.id)
  return (
    <Confirm
      title={isMe ? `Leave ${organization.name}?` : `Remove ${nameOf(member)}?`}
      verb={isMe ? 'Leave' : 'Remove'}
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(isMe ? '@me' : member.user.uuid, {
          // Everything that was loaded here is of an organization that one is no longer in.
          onSuccess: () => (isMe ? window.location.assign('/') : onClose()),
        })
      }
    >
      {isMe
        ? 'You lose access to its projects at once, and so do your API keys. To come back you need an invite.'
        : `${nameOf(member)} loses access to the projects of ${organization.name} at once, also with API keys. What they made stays.`}
    </Confirm>
  )
}
