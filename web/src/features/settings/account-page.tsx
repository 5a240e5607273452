import {
  Alert,
  Button,
  PasswordInput,
  SegmentedControl,
  TextInput,
  useMantineColorScheme,
} from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, type ReactNode, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { useMe } from '../../api/session.ts'
import { useUnsavedGuard } from '../../ui/leave-guard.tsx'
import { Page } from '../../ui/page.tsx'
import { sentence } from '../../ui/states.tsx'
import { PersonalApiKeys } from './personal-api-keys.tsx'
import { useUpdateMe } from './queries.ts'
import { Rail, Section } from './section.tsx'
import styles from './settings.module.css'
import { TwoFactor } from './two-factor.tsx'

const sections = [
  { id: 'details', title: 'Details' },
  { id: 'personal-api-keys', title: 'Personal API Keys' },
  { id: 'password', title: 'Password' },
  { id: 'two-factor', title: 'Two-factor' },
  { id: 'appearance', title: 'Appearance' },
]

/** What belongs to the user, whichever project they look at. */
export function AccountPage(): ReactNode {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const me = useMe()
  const isHeldUp = me.organization?.enforce_2fa === true && !me.is_2fa_enabled
  return (
    <Page title="Account settings">
      {isHeldUp && (
        <Alert color="yellow" title={`${me.organization?.name} requires two-factor authentication`} mb="md">
          Set it up{' '}
          <a href="#two-factor" style={{ color: 'inherit' }}>
            below
          </a>{' '}
          to go on. You need an authenticator app; it takes a minute.
        </Alert>
      )}
      <div className={styles.layout}>
        <Rail sections={sections} />
        <div className={styles.sections}>
          <Details />
          <PersonalApiKeys />
          <Password />
          <TwoFactor />
          <Section id="appearance" title="Appearance" about="On this device.">
            <SegmentedControl
              aria-label="Theme"
              value={colorScheme}
              onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
              data={[
                { value: 'light', label: 'Light' },
                { value: 'dark', label: 'Dark' },
                { value: 'auto', label: 'As the system' },
              ]}
            />
          </Section>
        </div>
      </div>
    </Page>
  )
}

/** The server's complaint about one field, to be shown under it. */
const complaint = (error: unknown, attr: string): string | undefined =>
  error instanceof ApiError && error.attr === attr ? error.message : undefined

function Details(): ReactNode {
  const me = useMe()
  const update = useUpdateMe()
  const [name, setName] = useState(me.first_name)
  const [email, setEmail] = useState(me.email)
  const changed = name.trim() !== me.first_name || email.trim() !== me.email
  const guard = useUnsavedGuard(changed, 'your details')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    update.mutate(
      { first_name: name.trim(), email: email.trim() },
      { onSuccess: () => notifications.show({ message: 'Your details are saved.', role: 'status' }) },
    )
  }
  const other =
    update.isError && !complaint(update.error, 'first_name') && !complaint(update.error, 'email')
      ? sentence(update.error)
      : undefined
  return (
    <Section id="details" title="Details">
      <form className={styles.fields} onSubmit={submit}>
        <TextInput
          label="Name"
          autoComplete="name"
          value={name}
          error={complaint(update.error, 'first_name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="email"
          value={email}
          error={complaint(update.error, 'email') ?? other}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" disabled={!changed} loading={update.isPending}>
            Save details
          </Button>
        </div>
      </form>
      {guard.question}
    </Section>
  )
}

function Password(): ReactNode {
  const update = useUpdateMe()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    update.mutate(
      { current_password: current, password: next },
      {
        onSuccess: () => {
          setCurrent('')
          setNext('')
          notifications.show({ message: 'Your password is changed.', role: 'status' })
        },
      },
    )
  }
  const other =
    update.isError && !complaint(update.error, 'current_password') && !complaint(update.error, 'password')
      ? sentence(update.error)
      : undefined
  return (
    <Section id="password" title="Password" about="This session stays signed in.">
      <form className={styles.fields} onSubmit={submit}>
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          value={current}
          error={complaint(update.error, 'current_password')}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label="New password"
          autoComplete="new-password"
          value={next}
          error={complaint(update.error, 'password') ?? other}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" disabled={!current || !next} loading={update.isPending}>
            Change password
          </Button>
        </div>
      </form>
    </Section>
  )
}
