import { Button, Group, PasswordInput, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { encode } from 'uqr'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Problem } from '../../ui/problem.tsx'
import { LoadError, Loading, sentence } from '../../ui/states.tsx'
import {
  twoFactorQuery,
  useConfirmTwoFactor,
  useDisableTwoFactor,
  useRenewBackupCodes,
  useStartTwoFactor,
} from './queries.ts'
import { Section } from './section.tsx'
import styles from './settings.module.css'

/** The second factor of signing in. Backup codes stand here until the page is left, then never again. */
export function TwoFactor(): ReactNode {
  const status = useQuery(twoFactorQuery)
  const [codes, setCodes] = useState<string[] | null>(null)
  return (
    <Section
      id="two-factor"
      title="Two-factor"
      about="Signing in then takes a code of your authenticator app besides the password. API keys are not asked for one."
    >
      {codes && <BackupCodes codes={codes} />}
      {status.data ? (
        status.data.is_enabled ? (
          <On left={status.data.backup_codes_left} show={setCodes} forget={() => setCodes(null)} />
        ) : (
          <Off show={setCodes} />
        )
      ) : status.isError ? (
        <LoadError what="this setting" error={status.error} retry={() => void status.refetch()} />
      ) : (
        <Loading what="this setting" rows={1} />
      )}
    </Section>
  )
}

function BackupCodes({ codes }: { codes: string[] }): ReactNode {
  return (
    <div className="ph-no-capture" role="status" style={{ marginBottom: 16 }}>
      <p style={{ marginTop: 0 }}>Backup codes, for when you don't have the app at hand. Each works once.</p>
      <pre data-testid="backup-codes" style={{ margin: '8px 0', columns: 2, maxWidth: 320 }}>
        {codes.join('\n')}
      </pre>
      <CopyButton value={codes.join('\n')} what="the backup codes" />
      <p className={styles.once}>Keep them now. You'll never see them again after leaving the page.</p>
    </div>
  )
}

function Off({ show }: { show: (codes: string[]) => void }): ReactNode {
  const start = useStartTwoFactor()
  const confirm = useConfirmTwoFactor(show)
  const [token, setToken] = useState('')
  if (!start.data) {
    return (
      <>
        <Problem error={start.error} mb="xs" />
        <Button loading={start.isPending} onClick={() => start.mutate()}>
          Set up
        </Button>
      </>
    )
  }
  const { secret, otpauth_url } = start.data
  const submit = (event: FormEvent) => {
    event.preventDefault()
    confirm.mutate(token.trim())
  }
  return (
    <form className={`${styles.fields} ph-no-capture`} onSubmit={submit}>
      <p style={{ margin: 0 }}>Scan this with your authenticator app, or type the secret into it.</p>
      <QrCode text={otpauth_url} />
      <div className={styles.key}>
        <code data-testid="totp-secret">{secret}</code>
        <CopyButton value={secret} what="the secret" />
      </div>
      <TextInput
        label="Code of the app"
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={12}
        value={token}
        error={confirm.isError ? "That code didn't match. Codes change every 30 s." : undefined}
        onChange={(event) => setToken(event.currentTarget.value)}
      />
      <div>
        <Button type="submit" disabled={!token.trim()} loading={confirm.isPending}>
          Turn on
        </Button>
      </div>
    </form>
  )
}

function On({
  left,
  show,
  forget,
}: {
  left: number
  show: (codes: string[]) => void
  /** Codes that are shown are good for nothing any more. */
  forget: () => void
}): ReactNode {
  const disable = useDisableTwoFactor(() => {
    forget()
    notifications.show({ message: 'Two-factor authentication is off.', role: 'status' })
  })
  const renew = useRenewBackupCodes(show)
  const [password, setPassword] = useState('')
  const failed = disable.error ?? renew.error
  return (
    <div className={styles.fields}>
      <p style={{ margin: 0 }}>
        On.{' '}
        {left === 0
          ? 'No backup code is left.'
          : `${left} backup ${left === 1 ? 'code is' : 'codes are'} left.`}
      </p>
      <PasswordInput
        label="Current password"
        description="To change anything here."
        autoComplete="current-password"
        value={password}
        error={failed ? sentence(failed) : undefined}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Group gap="xs">
        <Button
          variant="default"
          disabled={!password}
          loading={renew.isPending}
          onClick={() => {
            disable.reset()
            renew.mutate(password)
          }}
        >
          New backup codes
        </Button>
        <Button
          color="red"
          disabled={!password}
          loading={disable.isPending}
          onClick={() => {
            renew.reset()
            disable.mutate(password)
          }}
        >
          Turn off
        </Button>
      </Group>
    </div>
  )
}

/** Black on white in both themes: not every app reads the other way round. */
function QrCode({ text }: { text: string }): ReactNode {
  const { size, data } = encode(text, { border: 2 })
  const dark = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      width={184}
      height={184}
      role="img"
      aria-label="QR code of the secret"
      shapeRendering="crispEdges"
      style={{ background: '#fff' }}
    >
      <path d={dark.join('')} fill="#000" />
    </svg>
  )
}
