import { Alert, Anchor, Button, PasswordInput, TextInput } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { sentence } from '../../ui/states.tsx'
import styles from './door.module.css'
import { Door } from './door.tsx'
import { useLogin } from './queries.ts'

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
