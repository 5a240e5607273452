import {
  ActionIcon,
  Alert,
  Button,
  Group,
  NativeSelect,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { Shareable } from '../api/saved.ts'
import { preflightQuery, useProject } from '../api/session.ts'
import {
  type NewSubscription,
  type Subscription,
  subscriptionsQuery,
  useEndSubscription,
  useSubscribe,
} from '../api/subscriptions.ts'
import { CopyButton } from './copy-button.tsx'
import { Dialog } from './dialog.tsx'
import { Problem } from './problem.tsx'
import { LoadError, Loading } from './states.tsx'
import { wallClock, whenClocksShow } from './time.ts'
import { withUndo } from './undo.tsx'

type Frequency = NewSubscription['frequency']
type Weekday = NonNullable<NewSubscription['byweekday']>[number]

const weekdays: Weekday[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)
const hours = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`)

/** Who is sent an insight or a dashboard, and a form for one more. */
export function SubscribeDialog({
  projectId,
  thing,
  onClose,
}: {
  projectId: number
  thing: Shareable
  onClose: () => void
}): ReactNode {
  const all = useQuery(subscriptionsQuery(projectId, thing))
  const preflight = useQuery(preflightQuery)
  const [secret, setSecret] = useState<string | null>(null)
  return (
    <Dialog onClose={onClose} title={`Subscribe to this ${thing.kind}`} size="lg">
      {all.data && preflight.data ? (
        <Stack gap="lg">
          {all.data.results.length > 0 && (
            <ul style={{ listStyle: 'none', margin: 0, padding: 0 }} aria-label="Subscriptions">
              {all.data.results.map((one) => (
                <One key={one.id} projectId={projectId} thing={thing} subscription={one} />
              ))}
            </ul>
          )}
          {secret && (
            <Alert title="Copy the secret now. It is not shown again." variant="outline">
              <Group gap="xs">
                <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                  {secret}
                </Text>
                <CopyButton value={secret} what="the secret" />
              </Group>
              <Text size="xs" c="dimmed" mt={4}>
                Messages are signed with it (X-Hedgerow-Signature).
              </Text>
            </Alert>
          )}
          <NewForm
            projectId={projectId}
            thing={thing}
            canMail={preflight.data.email_service_available}
            onSecret={setSecret}
          />
        </Stack>
      ) : all.isError || preflight.isError ? (
        <LoadError
          what="subscriptions"
          error={all.error ?? preflight.error!}
          retry={() => void Promise.all([all.refetch(), preflight.refetch()])}
        />
      ) : (
        <Loading what="subscriptions" rows={3} />
      )}
    </Dialog>
  )
}

function One({
  projectId,
  thing,
  subscription,
}: {
  projectId: number
  thing: Shareable
  subscription: Subscription
}): ReactNode {
  const end = useEndSubscription(projectId, thing)
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const { target_value: target, summary, next_delivery_date: next, last_failure: failure } = subscription
  return (
    <li style={{ borderBottom: '1px solid var(--border)', padding: '8px 0' }}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <div style={{ minWidth: 0 }}>
          <div className="cut" title={target}>
            {target.replaceAll(',', ', ')}
          </div>
          <Text size="xs" c="dimmed">
            {capital(summary)}
            {next
              ? `, next on ${new Date(next).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short', timeZone })}`
              : ', over'}
          </Text>
          {failure && (
            <Text size="xs" c="var(--danger)">
              {failure}
            </Text>
          )}
        </div>
        <ActionIcon
          variant="subtle"
          color="red"
          aria-label={`End the subscription of ${target}`}
          loading={end.isPending}
          onClick={() =>
            void withUndo(
              `Ended the subscription of ${target}.`,
              () => end.mutateAsync({ id: subscription.id, deleted: true }),
              () => end.mutateAsync({ id: subscription.id, deleted: false }),
            )
          }
        >
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
    </li>
  )
}

function NewForm({
  projectId,
  thing,
  canMail,
  onSecret,
}: {
  projectId: number
  thing: Shareable
  canMail: boolean
  onSecret: (secret: string | null) => void
}): ReactNode {
  const subscribe = useSubscribe(projectId, thing)
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const [type, setType] = useState<'email' | 'webhook'>(canMail ? 'email' : 'webhook')
  const [target, setTarget] = useState('')
  const [frequency, setFrequency] = useState<Frequency>('weekly')
  const [day, setDay] = useState<Weekday>('monday')
  const [hour, setHour] = useState('09:00')
  const [message, setMessage] = useState('')
  const isMail = type === 'email'
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSecret(null)
    subscribe.mutate(
      {
        target_type: type,
        target_value: target.trim(),
        frequency,
        start_date: startAt(hour, timeZone),
        ...(frequency !== 'daily' && { byweekday: [day] }),
        ...(frequency === 'monthly' && { bysetpos: 1 }),
        ...(isMail && message.trim() && { invite_message: message.trim() }),
      },
      {
        onSuccess: ({ webhook_secret: secret }) => {
          setTarget('')
          setMessage('')
          onSecret(secret ?? null)
        },
      },
    )
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <SegmentedControl
          aria-label="Sent by"
          value={type}
          onChange={(value) => setType(value as 'email' | 'webhook')}
          data={[
            { value: 'email', label: 'E-mail', disabled: !canMail },
            { value: 'webhook', label: 'Webhook' },
          ]}
        />
        {!canMail && (
          <Text size="sm" c="dimmed">
            E-mail isn't set up on this server. Webhooks work.
          </Text>
        )}
        <TextInput
          label={isMail ? 'Recipients' : 'Address'}
          description={
            isMail
              ? 'E-mail addresses, separated by commas. They get a first one at once.'
              : 'The figures are sent there as JSON, by POST.'
          }
          placeholder={isMail ? 'ann@example.com, bob@example.com' : 'https://example.com/figures'}
          required
          value={target}
          onChange={(event) => setTarget(event.currentTarget.value)}
          data-autofocus
        />
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
          <NativeSelect
            label="How often"
            value={frequency}
            data={[
              { value: 'daily', label: 'Every day' },
              { value: 'weekly', label: 'Every week' },
              { value: 'monthly', label: 'Every month' },
            ]}
            onChange={(event) => setFrequency(event.currentTarget.value as Frequency)}
          />
          {frequency !== 'daily' && (
            <NativeSelect
              label={frequency === 'weekly' ? 'On' : 'On the first'}
              value={day}
              data={weekdays.map((value) => ({ value, label: capital(value) }))}
              onChange={(event) => setDay(event.currentTarget.value as Weekday)}
            />
          )}
          <NativeSelect
            label="At"
            value={hour}
            data={hours}
            onChange={(event) => setHour(event.currentTarget.value)}
          />
        </SimpleGrid>
        <Text size="xs" c="dimmed">
          In the project's time zone, {timeZone}.
        </Text>
        {isMail && (
          <TextInput
            label="Message for the first one"
            placeholder="Optional"
            maxLength={1000}
            value={message}
            onChange={(event) => setMessage(event.currentTarget.value)}
          />
        )}
        <Problem error={subscribe.error} />
        <Button type="submit" loading={subscribe.isPending} disabled={!target.trim()}>
          Subscribe
        </Button>
      </Stack>
    </form>
  )
}

/** Today at that hour in the zone: where that is over, the next time follows. */
function startAt(hour: string, timeZone: string): string {
  const today = wallClock(Date.now(), timeZone).slice(0, 10)
  return new Date(whenClocksShow(`${today} ${hour}:00`, timeZone)).toISOString()
}
