import { Button, Switch, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { preflightQuery, useMe } from '../../api/session.ts'
import type { Me } from '../../api/types.ts'
import { MakeDemoProject } from '../../ui/demo-project.tsx'
import { useUnsavedGuard } from '../../ui/leave-guard.tsx'
import { Page } from '../../ui/page.tsx'
import { Problem } from '../../ui/problem.tsx'
import { Empty, sentence } from '../../ui/states.tsx'
import { DeleteOrganization } from './danger-zone.tsx'
import { Domains } from './domains.tsx'
import { Invites } from './invites.tsx'
import { Members } from './members.tsx'
import { useUpdateOrganization } from './organization-queries.ts'
import { Roles } from './roles.tsx'
import { Rail, Section } from './section.tsx'
import styles from './settings.module.css'

const LONGEST_NAME = 64

const sections = [
  { id: 'general', title: 'General' },
  { id: 'members', title: 'Members' },
  { id: 'invites', title: 'Invites' },
  { id: 'roles', title: 'Roles' },
  { id: 'domains', title: 'Domains' },
  { id: 'emails', title: 'E-mails' },
  { id: 'security', title: 'Security' },
  { id: 'demo', title: 'Demo project' },
  { id: 'danger', title: 'Danger zone' },
]

/** What belongs to the organization that the user works in. */
export function OrganizationPage(): ReactNode {
  const { organization } = useMe()
  if (!organization) {
    return (
      <Page title="Organization settings">
        <Empty title="You aren't a member of any organization.">
          Ask somebody who is to invite you, with the address that you sign in with.
        </Empty>
      </Page>
    )
  }
  return (
    <Page title="Organization settings" about={organization.name}>
      <div className={styles.layout}>
        <Rail sections={sections} />
        <div className={styles.sections} key={organization.id}>
          <General organization={organization} />
          <Members organization={organization} />
          <Invites organizationId={organization.id} />
          <Roles organization={organization} />
          <Domains organization={organization} />
          <Emails organization={organization} />
          <Security organization={organization} />
          <Section
            id="demo"
            title="Demo project"
            about="Three months of a product that doesn't exist, to try things on: 20,000 people, about a million events, flags, an experiment, dashboards. A minute or two; delete it like any other project."
          >
            <MakeDemoProject />
          </Section>
          <DeleteOrganization
            organization={organization}
            isAllowed={(organization.membership_level ?? 1) >= 15}
          />
        </div>
      </div>
    </Page>
  )
}

/** What it is called. */
function General({ organization }: { organization: NonNullable<Me['organization']> }): ReactNode {
  const update = useUpdateOrganization(organization.id)
  const [name, setName] = useState(organization.name)
  const isAdmin = (organization.membership_level ?? 1) >= 8
  const isChanged = name.trim() !== organization.name
  const guard = useUnsavedGuard(isChanged, 'these settings')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!name.trim() || !isChanged) return
    update.mutate(
      { name: name.trim() },
      { onSuccess: () => notifications.show({ message: 'The name is saved.', role: 'status' }) },
    )
  }
  return (
    <Section id="general" title="General">
      <form className={styles.fields} onSubmit={submit}>
        <TextInput
          label="Name"
          description={
            isAdmin ? 'Its members and whom you invite see it.' : 'Admins of the organization can change it.'
          }
          maxLength={LONGEST_NAME}
          readOnly={!isAdmin}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Problem error={update.error} />
        {isAdmin && (
          <div>
            <Button type="submit" disabled={!isChanged || !name.trim()} loading={update.isPending}>
              Save name
            </Button>
          </div>
        )}
      </form>
      {guard.question}
    </Section>
  )
}

function Emails({ organization }: { organization: NonNullable<Me['organization']> }): ReactNode {
  const update = useUpdateOrganization(organization.id)
  const canMail = useQuery(preflightQuery).data?.email_service_available ?? true
  const isAdmin = (organization.membership_level ?? 1) >= 8
  const { is_member_join_email_enabled: wasOn } = organization
  const isOn = update.isPending ? update.variables.is_member_join_email_enabled === true : wasOn
  return (
    <Section id="emails" title="E-mails">
      <Switch
        label="Tell members when somebody joins"
        description={
          canMail
            ? isAdmin
              ? undefined
              : 'Admins of the organization can change this.'
            : 'This server sends no e-mails.'
        }
        disabled={!isAdmin || update.isPending}
        checked={isOn}
        error={update.isError ? sentence(update.error) : undefined}
        onChange={(event) => update.mutate({ is_member_join_email_enabled: event.currentTarget.checked })}
      />
    </Section>
  )
}

function Security({ organization }: { organization: NonNullable<Me['organization']> }): ReactNode {
  const update = useUpdateOrganization(organization.id)
  const me = useMe()
  const isAdmin = (organization.membership_level ?? 1) >= 8
  const isOn = update.isPending ? update.variables.enforce_2fa === true : organization.enforce_2fa === true
  // Who switches it on would be the first to be shut out.
  const needsOwn = isAdmin && !isOn && !me.is_2fa_enabled
  return (
    <Section
      id="security"
      title="Security"
      about="Members without a second factor then see nothing but their account settings until they set one up. API keys go on working."
    >
      <Switch
        label="Require two-factor authentication"
        description={
          needsOwn
            ? 'Set up your own first, in your account settings.'
            : isAdmin
              ? undefined
              : 'Admins of the organization can change this.'
        }
        disabled={!isAdmin || needsOwn || update.isPending}
        checked={isOn}
        error={update.isError ? sentence(update.error) : undefined}
        onChange={(event) => update.mutate({ enforce_2fa: event.currentTarget.checked })}
      />
    </Section>
  )
}
