import type { ReactNode } from 'react'
import { useMe } from '../../api/session.ts'
import { Page } from '../../ui/page.tsx'
import { Empty } from '../../ui/states.tsx'
import { Invites } from './invites.tsx'
import { Members } from './members.tsx'
import { Rail } from './section.tsx'
import styles from './settings.module.css'

const sections = [
  { id: 'members', title: 'Members' },
  { id: 'invites', title: 'Invites' },
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
          <Members organization={organization} />
          <Invites organizationId={organization.id} />
        </div>
      </div>
    </Page>
  )
}
