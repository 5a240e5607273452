import { Alert, Anchor, Button, PasswordInput, TextInput } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { preflightQuery } from '../../api/session.ts'
import { sentence } from '../../ui/states.tsx'
import styles from './door.module.css'
import { Door } from './door.tsx'
import { type Signup, useSignup } from './queries.ts'

const LEAST_PASSWORD = 8
const fields = ['first_name', 'email', 'password', 'organization_name'] as const
type Errors = Partial<Record<(typeof fields)[number], string>>

function check(form: Signup): Errors {
  return {
    ...(form.first_name.trim() ? {} : { first_name: 'Enter your name.' }),
    ...(/^\S+@\S+$/.test(form.email.trim()) ? {} : { email: 'Enter an e-mail address.' }),
    ...(form.password.length >= LEAST_PASSWORD
      ? {}
      : { password: `Use at least ${LEAST_PASSWORD} characters.` }),
    ...(form.organization_name.trim() ? {} : { organization_name: 'Enter a name for your organization.' }),
  }
}

export function SignupPage(): ReactNode {
  const { data: preflight } = useSuspenseQuery(preflightQuery)
  const navigate = useNavigate()
  const signup = useSignup()
  const [form, setForm] = useState<Signup>({ first_name: '', email: '', password: '', organization_name: '' })
  const [errors, setErrors] = useState<Errors>({})
  useEffect(() => {
    document.title = 'Create your account · Hedgerow'
  }, [])

  if (preflight.initiated) {
    return (
      <Door title="Sign-up is closed here" about="Ask an admin of this server for an account.">
        <p>
          <Anchor component={Link} to="/login">
            Sign in instead
          </Anchor>
        </p>
      </Door>
    )
  }

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found = check(form)
    setErrors(found)
    const first = fields.find((field) => found[field])
    if (first) {
      document.getElementById(`signup-${first}`)?.focus()
      return
    }
    const trimmed = {
      ...form,
      first_name: form.first_name.trim(),
      email: form.email.trim(),
      organization_name: form.organization_name.trim(),
    }
    signup.mutate(trimmed, {
      // Without a project in it, the address leads to the project that has just been made.
      onSuccess: () => void navigate({ href: '/onboarding' }),
      onError: (error) => {
        const attr = error instanceof ApiError ? fields.find((field) => field === error.attr) : undefined
        if (attr) setErrors({ [attr]: error.message })
      },
    })
  }
  const field = (name: (typeof fields)[number]) => ({
    id: `signup-${name}`,
    value: form[name],
    error: errors[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget
      setForm((old) => ({ ...old, [name]: value }))
      setErrors((old) => ({ ...old, [name]: undefined }))
    },
  })
  const general = signup.error && !fields.some((name) => errors[name]) ? signup.error : null
  return (
    <Door title="Create your account" about="You are the first one here, so you become this server's owner.">
      <form className={styles.form} onSubmit={submit} noValidate>
        {general && (
          <Alert color="red" role="alert" variant="light">
            {sentence(general)}
          </Alert>
        )}
        <TextInput label="Name" autoComplete="name" autoFocus {...field('first_name')} />
        <TextInput label="E-mail" type="email" autoComplete="username" {...field('email')} />
        <PasswordInput
          label="Password"
          description={`At least ${LEAST_PASSWORD} characters; a few words are easier to remember than symbols.`}
          autoComplete="new-password"
          {...field('password')}
        />
        <TextInput label="Organization" autoComplete="organization" {...field('organization_name')} />
        <Button type="submit" loading={signup.isPending} fullWidth>
          Create account
        </Button>
      </form>
    </Door>
  )
}
