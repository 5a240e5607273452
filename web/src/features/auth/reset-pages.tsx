import { Alert, Anchor, Button, PasswordInput, TextInput } from '@mantine/core'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { preflightQuery } from '../../api/session.ts'
import { Loading, sentence } from '../../ui/states.tsx'
import styles from './door.module.css'
import { Door } from './door.tsx'
import { resetLinkQuery, useCompleteReset, useRequestReset } from './queries.ts'

const LEAST_PASSWORD = 8

const useTitle = (title: string) =>
  useEffect(() => {
    document.title = `${title} · Hedgerow`
  }, [title])

const Back = ({ children }: { children: string }): ReactNode => (
  <p>
    <Anchor component={Link} to="/login">
      {children}
    </Anchor>
  </p>
)

/** For who has lost their password: asks for the link. */
export function RequestResetPage(): ReactNode {
  const { data: preflight } = useSuspenseQuery(preflightQuery)
  const request = useRequestReset()
  const [email, setEmail] = useState('')
  const [missing, setMissing] = useState<string>()
  useTitle('Forgot your password?')
  if (!preflight.email_service_available) {
    return (
      <Door
        title="Forgot your password?"
        about="This server can't send e-mails. Whoever runs it can set a new one:"
      >
        <p>
          <code>hedgerow user set-password</code>
        </p>
        <Back>Back to signing in</Back>
      </Door>
    )
  }
  if (request.isSuccess) {
    return (
      <Door title="Look into your mail">
        <p role="status">If that address has an account, a link is on its way. It works for a day.</p>
        <Back>Back to signing in</Back>
      </Door>
    )
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const typed = email.trim()
    setMissing(typed ? undefined : 'Enter your e-mail address.')
    if (typed) request.mutate(typed)
  }
  return (
    <Door title="Forgot your password?" about="A link to set a new one comes by e-mail.">
      <form className={styles.form} onSubmit={submit} noValidate>
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          autoFocus
          value={email}
          error={missing ?? (request.isError ? sentence(request.error) : undefined)}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Button type="submit" loading={request.isPending} fullWidth>
          Send link
        </Button>
      </form>
      <Back>Back to signing in</Back>
    </Door>
  )
}

/** Where the link leads: a new password. */
export function CompleteResetPage(): ReactNode {
  const link = useParams({ from: '/reset/$userUuid/$token' })
  const good = useQuery(resetLinkQuery(link))
  const complete = useCompleteReset(link)
  const [password, setPassword] = useState('')
  const [short, setShort] = useState<string>()
  useTitle('A new password')
  if (good.isPending) {
    return (
      <Door title="A new password">
        <Loading what="your link" rows={2} />
      </Door>
    )
  }
  if (good.isError || (complete.error instanceof ApiError && complete.error.attr === 'token')) {
    const known = complete.isError || (good.error instanceof ApiError && good.error.status < 500)
    return (
      <Door
        title={known ? "This link doesn't work any more" : "Couldn't look at your link"}
        about={known ? 'It was used, or is older than a day.' : sentence(good.error)}
      >
        <p>
          <Anchor component={Link} to="/reset">
            Ask for a new link
          </Anchor>
        </p>
      </Door>
    )
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const enough = password.length >= LEAST_PASSWORD
    setShort(enough ? undefined : `Use at least ${LEAST_PASSWORD} characters.`)
    if (enough) complete.mutate(password)
  }
  const failed = complete.error
  const ofPassword = failed instanceof ApiError && failed.attr === 'password' ? failed.message : undefined
  return (
    <Door title="A new password" about="You are signed out everywhere else.">
      <form className={styles.form} onSubmit={submit} noValidate>
        {failed && !ofPassword && (
          <Alert color="red" role="alert" variant="light">
            {sentence(failed)}
          </Alert>
        )}
        <PasswordInput
          label="New password"
          description={`At least ${LEAST_PASSWORD} characters; a few words are easier to remember than symbols.`}
          autoComplete="new-password"
          autoFocus
          value={password}
          error={short ?? ofPassword}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={complete.isPending} fullWidth>
          Set password and sign in
        </Button>
      </form>
    </Door>
  )
}
