import { Alert, Anchor, Button, PasswordInput, TextInput } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { sentence } from '../../ui/states.tsx'
import styles from './door.module.css'
import { Door } from './door.tsx'
import { useLogin, useLoginToken } from './queries.ts'

export function LoginPage(): ReactNode {
  const { next } = useSearch({ from: '/login' })
  const navigate = useNavigate()
  const login = useLogin()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [missing, setMissing] = useState<{ email?: string; password?: string }>({})
  useEffect(() => {
    document.title = 'Sign in · Hedgerow'
  }, [])
  const failed = login.error
  if (failed instanceof ApiError && failed.code === '2fa_required') {
    return <SecondFactor next={next} again={() => login.reset()} />
  }
  const wrong = failed instanceof ApiError && failed.code === 'invalid_credentials'
  const at = (attr: string) =>
    failed instanceof ApiError && failed.attr === attr ? failed.message : undefined

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const lacks = {
      email: email.trim() ? undefined : 'Enter your e-mail address.',
      password: password ? undefined : 'Enter your password.',
    }
    setMissing(lacks)
    if (lacks.email || lacks.password) return
    login.mutate({ email: email.trim(), password }, { onSuccess: () => void navigate({ href: next ?? '/' }) })
  }
  return (
    <Door title="Sign in">
      <form className={styles.form} onSubmit={submit} noValidate>
        {failed && !at('email') && !at('password') && (
          <Alert color="red" role="alert" variant="light">
            {wrong ? 'E-mail or password is wrong.' : sentence(failed)}
          </Alert>
        )}
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          autoFocus
          value={email}
          error={missing.email ?? at('email')}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          value={password}
          error={missing.password ?? at('password')}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={login.isPending} fullWidth>
          Sign in
        </Button>
      </form>
      <p style={{ marginBottom: 0 }}>
        <Anchor component={Link} to="/reset" size="sm">
          Forgot your password?
        </Anchor>
      </p>
    </Door>
  )
}

/** A code of the app, or a backup code. */
function SecondFactor({ next, again }: { next: string | undefined; again: () => void }): ReactNode {
  const navigate = useNavigate()
  const login = useLoginToken()
  const [token, setToken] = useState('')
  const [missing, setMissing] = useState<string>()
  const failed = login.error
  const code = failed instanceof ApiError ? failed.code : null
  const words: Record<string, string> = {
    '2fa_invalid': "That code didn't match. Codes change every 30 s.",
    '2fa_too_many_attempts': 'Too many tries. Wait 10 minutes.',
    '2fa_expired': 'That took too long. Begin again.',
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const typed = token.trim()
    setMissing(typed ? undefined : 'Enter a code.')
    if (typed) login.mutate(typed, { onSuccess: () => void navigate({ href: next ?? '/' }) })
  }
  return (
    <Door title="Enter a code" about="Of your authenticator app, or one of your backup codes.">
      <form className={styles.form} onSubmit={submit} noValidate>
        <TextInput
          label="Code"
          autoComplete="one-time-code"
          autoFocus
          maxLength={40}
          value={token}
          error={missing ?? (failed ? (words[code ?? ''] ?? sentence(failed)) : undefined)}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        <Button type="submit" loading={login.isPending} fullWidth>
          Sign in
        </Button>
      </form>
      <p style={{ marginBottom: 0 }}>
        <Anchor component="button" type="button" size="sm" onClick={again}>
          Begin again
        </Anchor>
      </p>
    </Door>
  )
}
