import { Button, Textarea } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useRouterState } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import { membersAPage } from '../../api/members.ts'
import { preflightQuery, useMe } from '../../api/session.ts'
import type { Invite } from '../../api/types.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { deleteWithUndo, useBeingDeleted } from '../../ui/deferred-delete.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Pager } from '../../ui/pager.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { Empty, LoadError, Loading, sentence } from '../../ui/states.tsx'
import { invitesQuery, useInvite, useWithdraw } from './organization-queries.ts'
import { Section } from './section.tsx'
import styles from './settings.module.css'

const MOST_AT_ONCE = 20

/** Who was invited and has not come yet, with the links. */
export function Invites({ organizationId }: { organizationId: string }): ReactNode {
  const [page, setPage] = useState(1)
  const invites = useQuery(invitesQuery(organizationId, page))
  const beingDeleted = useBeingDeleted()
  const rows = invites.data?.results.filter(({ id }) => !beingDeleted.includes(id))
  // "Invite members" of the account menu leads straight to the dialog.
  const asked = useRouterState({ select: (state) => state.location.hash === 'invite' })
  const [inviting, setInviting] = useState(false)
  const navigate = useNavigate()
  const opener = useRef<HTMLButtonElement>(null)
  const canMail = useQuery(preflightQuery).data?.email_service_available ?? false
  return (
    <Section
      id="invites"
      title="Invites"
      about={
        canMail
          ? 'The link goes out by e-mail and works for three days, for that address only.'
          : 'This server sends no e-mails: copy the link and pass it on. It works for three days, for that address only.'
      }
      action={
        <Button ref={opener} onClick={() => setInviting(true)}>
          Invite
        </Button>
      }
    >
      {invites.data && rows ? (
        rows.length > 0 || page > 1 ? (
          <>
            <InviteTable organizationId={organizationId} invites={rows} />
            <Pager
              page={page}
              rows={invites.data.results.length}
              aPage={membersAPage}
              count={invites.data.count}
              more={invites.data.next !== null}
              go={setPage}
            />
          </>
        ) : (
          <Empty title="Nobody is invited.">
            Invite someone to look with you. They join as members; you can make them admins afterwards.
          </Empty>
        )
      ) : invites.isError ? (
        <LoadError what="invites" error={invites.error} retry={() => void invites.refetch()} />
      ) : (
        <Loading what="invites" rows={2} />
      )}
      {(inviting || asked) && (
        <InviteDialog
          organizationId={organizationId}
          canMail={canMail}
          onClose={() => {
            setInviting(false)
            // the menu that leads here too is gone when the dialog closes
            opener.current?.focus()
            if (asked) void navigate({ to: '/organization/settings', hash: 'invites', replace: true })
          }}
        />
      )}
    </Section>
  )
}

const linkOf = (invite: Invite) => `${window.location.origin}/signup/${invite.id}`

function InviteTable({ organizationId, invites }: { organizationId: string; invites: Invite[] }): ReactNode {
  const timeZone = useMe().team?.timezone ?? 'UTC'
  const withdraw = useWithdraw(organizationId)
  return (
    <ScrollRegion label="Invites of the organization">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">E-mail</th>
            <th scope="col">Link</th>
            <th scope="col">Invited</th>
            <th scope="col">
              <span className="visually-hidden">Withdraw</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {invites.map((invite) => (
            <tr key={invite.id}>
              <td>{invite.target_email}</td>
              <td>
                {invite.is_expired ? (
                  <span className="muted">Expired</span>
                ) : (
                  <CopyButton value={linkOf(invite)} label="Copy link" what={`for ${invite.target_email}`} />
                )}
              </td>
              <td className="muted">
                <RelativeTime at={invite.created_at} timeZone={timeZone} />
                {invite.created_by && <> by {invite.created_by.first_name || invite.created_by.email}</>}
              </td>
              <td className="num">
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`${invite.is_expired ? 'Delete' : 'Withdraw'} the invite of ${invite.target_email}`}
                  onClick={() =>
                    deleteWithUndo(
                      invite.id,
                      `${invite.is_expired ? 'Deleted' : 'Withdrew'} the invite of ${invite.target_email}.`,
                      () => withdraw(invite.id),
                    )
                  }
                >
                  {invite.is_expired ? 'Delete' : 'Withdraw'}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

const isAddress = (text: string) => /^\S+@\S+$/.test(text)

function InviteDialog({
  organizationId,
  canMail,
  onClose,
}: {
  organizationId: string
  canMail: boolean
  onClose: () => void
}): ReactNode {
  const invite = useInvite(organizationId)
  const [addresses, setAddresses] = useState('')
  const [message, setMessage] = useState('')
  const [problem, setProblem] = useState<string>()
  const made = invite.data

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const all = [...new Set(addresses.split(/[\s,;]+/).filter(Boolean))]
    const wrong = all.find((one) => !isAddress(one))
    if (all.length === 0) return setProblem('Enter an e-mail address.')
    if (wrong) return setProblem(`“${wrong}” is no e-mail address.`)
    if (all.length > MOST_AT_ONCE) return setProblem(`Up to ${MOST_AT_ONCE} at once.`)
    setProblem(undefined)
    invite.mutate(
      all.map((target_email) => ({ target_email, message: message.trim() || null })),
      {
        onSuccess: () => {
          if (!canMail) return
          notifications.show({
            message: all.length === 1 ? `${all[0]} is invited.` : `${all.length} people are invited.`,
            role: 'status',
          })
          onClose()
        },
      },
    )
  }
  return (
    <Dialog onClose={onClose} title="Invite to the organization">
      {made && !canMail ? (
        <div role="status" style={{ display: 'grid', gap: 12 }}>
          <p style={{ margin: 0 }}>
            This server sends no e-mails. Pass {made.length === 1 ? 'this link' : 'these links'} on yourself:
          </p>
          {made.map((one) => (
            <div key={one.id}>
              <div className="small muted">{one.target_email}</div>
              <div className={styles.key}>
                <code data-testid="invite-link">{linkOf(one)}</code>
                <CopyButton value={linkOf(one)} what={`the link for ${one.target_email}`} />
              </div>
            </div>
          ))}
          <div>
            <Button onClick={onClose} data-autofocus>
              Done
            </Button>
          </div>
        </div>
      ) : (
        <form onSubmit={submit} noValidate style={{ display: 'grid', gap: 14 }}>
          <Textarea
            label="E-mail addresses"
            description={`Up to ${MOST_AT_ONCE}, on lines of their own or with commas between.`}
            placeholder="ada@example.com"
            data-autofocus
            autosize
            minRows={1}
            maxRows={8}
            value={addresses}
            error={problem ?? (invite.isError ? sentence(invite.error) : undefined)}
            onChange={(event) => {
              setAddresses(event.currentTarget.value)
              setProblem(undefined)
            }}
          />
          {canMail && (
            <Textarea
              label="Message"
              description="Goes into the e-mail. May be left out."
              autosize
              minRows={2}
              maxRows={8}
              maxLength={3000}
              value={message}
              onChange={(event) => setMessage(event.currentTarget.value)}
            />
          )}
          <div>
            <Button type="submit" loading={invite.isPending}>
              {canMail ? 'Send invites' : 'Make links'}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}
