import { Alert, Anchor, Button, PasswordInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { meQuery, signOut } from '../../api/session.ts'
import type { OpenInvite } from '../../api/types.ts'
import { Loading, sentence } from '../../ui/states.tsx'
import styles from './door.module.css'
import { Door } from './door.tsx'
import { openInviteQuery, useAcceptInvite } from './queries.ts'

const LEAST_PASSWORD = 8

/** Where an invite's link leads: an account is made, or one that is there joins. */
export function InvitePage(): ReactNode {
  const { inviteId } = useParams({ from: '/signup/$inviteId' })
  const invite = useQuery(openInviteQuery(inviteId))
  const me = useQuery({ ...meQuery, retry: false })
  useEffect(() => {
    document.title = 'Join · Hedgerow'
  }, [])
  if (invite.isPending || me.isPending) {
    return (
      <Door title="Looking at your invite">
        <Loading what="your invite" rows={3} />
      </Door>
    )
  }
  if (!invite.data) return <Unusable error={invite.error} email={me.data?.email} inviteId={inviteId} />
  return me.data ? (
    <Join invite={invite.data} email={me.data.email} />
  ) : (
    <SignUp key={invite.data.id} invite={invite.data} />
  )
}

const titleOf = (invite: OpenInvite) =>
  invite.invited_by
    ? `${invite.invited_by} invited you to ${invite.organization_name}`
    : `You are invited to ${invite.organization_name}`

/** Why the link is no use, and what one can do. */
function Unusable({
  error,
  email,
  inviteId,
}: {
  error: unknown
  email: string | undefined
  inviteId: string
}): ReactNode {
  const code = error instanceof ApiError ? error.code : null
  if (code === 'invalid_recipient') {
    return (
      <Door
        title="This invite is for another address"
        about={`You are signed in as ${email ?? 'somebody else'}.`}
      >
        <p>
          <Button fullWidth onClick={() => void signOut(`/signup/${inviteId}`)}>
            Sign out and use the invite
          </Button>
        </p>
        <p>
          <Anchor component={Link} to="/">
            Stay signed in
          </Anchor>
        </p>
      </Door>
    )
  }
  const words: Record<string, { title: string; about: string }> = {
    expired: {
      title: 'This invite has expired',
      about: 'Invites work for three days. Ask who invited you for a new one.',
    },
    user_already_member: { title: 'You are a member already', about: 'There is nothing left to do here.' },
    invalid_input: {
      title: "This invite doesn't work",
      about: 'It was used or withdrawn, or the link is not whole. Ask who invited you for a new one.',
    },
  }
  const said = words[code ?? ''] ?? { title: "Couldn't look at your invite", about: sentence(error) }
  return (
    <Door title={said.title} about={said.about}>
      <p>
        <Anchor component={Link} to="/">
          {email ? 'Go to Hedgerow' : 'Sign in'}
        </Anchor>
      </p>
    </Door>
  )
}

/** With the account that one has. */
function Join({ invite, email }: { invite: OpenInvite; email: string }): ReactNode {
  const accept = useAcceptInvite(invite.id)
  return (
    <Door title={titleOf(invite)} about={`You are signed in as ${email}.`}>
      <div className={styles.form}>
        {accept.isError && (
          <Alert color="red" role="alert" variant="light">
            {sentence(accept.error)}
          </Alert>
        )}
        <Button fullWidth autoFocus loading={accept.isPending} onClick={() => accept.mutate({})}>
          Join {invite.organization_name}
        </Button>
      </div>
    </Door>
  )
}

function SignUp({ invite }: { invite: OpenInvite }): ReactNode {
  const accept = useAcceptInvite(invite.id)
  const [name, setName] = useState(invite.first_name)
  const [password, setPassword] = useState('')
  const [missing, setMissing] = useState<{ name?: string; password?: string }>({})
  const failed = accept.error
  const at = (attr: string) =>
    failed instanceof ApiError && failed.attr === attr ? failed.message : undefined
  const hasAccount = failed instanceof ApiError && failed.code === 'existing_email_address'

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const lacks = {
      name: name.trim() ? undefined : 'Enter your name.',
      password: password.length >= LEAST_PASSWORD ? undefined : `Use at least ${LEAST_PASSWORD} characters.`,
    }
    setMissing(lacks)
    if (lacks.name || lacks.password) return
    accept.mutate({ first_name: name.trim(), password })
  }
  const signIn = (
    <Anchor renderRoot={(props) => <Link to="/login" search={{ next: `/signup/${invite.id}` }} {...props} />}>
      Sign in to join
    </Anchor>
  )
  return (
    <Door title={titleOf(invite)} about="Make an account to join.">
      <form className={styles.form} onSubmit={submit} noValidate>
        {failed && !at('first_name') && !at('password') && (
          <Alert color="red" role="alert" variant="light">
            {hasAccount ? <>There is an account with this address. {signIn}</> : sentence(failed)}
          </Alert>
        )}
        <TextInput
          label="E-mail"
          description="The address that was invited."
          type="text"
          readOnly
          value={invite.target_email}
        />
        <TextInput
          label="Name"
          autoComplete="name"
          autoFocus
          value={name}
          error={missing.name ?? at('first_name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          description={`At least ${LEAST_PASSWORD} characters; a few words are easier to remember than symbols.`}
          autoComplete="new-password"
          value={password}
          error={missing.password ?? at('password')}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={accept.isPending} fullWidth>
          Join {invite.organization_name}
        </Button>
        <p className="small muted" style={{ margin: 0 }}>
          You have an account? {signIn}
        </p>
      </form>
    </Door>
  )
}
