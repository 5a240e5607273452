import { Badge, Button, Group, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { Me, OrganizationDomain } from '../../api/types.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Problem } from '../../ui/problem.tsx'
import { LoadError, Loading, sentence } from '../../ui/states.tsx'
import { domainsQuery, useAddDomain, useDeleteDomain, useVerifyDomain } from './domain-queries.ts'
import { Section } from './section.tsx'
import styles from './settings.module.css'

type Organization = NonNullable<Me['organization']>

/** The domains of e-mail addresses that are the organization's. */
export function Domains({ organization }: { organization: Organization }): ReactNode {
  const domains = useQuery(domainsQuery(organization.id))
  const isAdmin = (organization.membership_level ?? 1) >= 8
  const [leaving, setLeaving] = useState<OrganizationDomain | null>(null)
  return (
    <Section
      id="domains"
      title="Domains"
      about="Domains of e-mail addresses that are your organization's, proven by a DNS record. People still join by invite."
    >
      {domains.data ? (
        domains.data.results.length > 0 ? (
          <ul className={styles.things} aria-label="Domains of the organization">
            {domains.data.results.map((domain) => (
              <DomainItem
                key={domain.id}
                organizationId={organization.id}
                domain={domain}
                isAdmin={isAdmin}
                onDelete={() => setLeaving(domain)}
              />
            ))}
          </ul>
        ) : (
          <p className={`muted ${styles.subtle}`}>
            No domains yet.{!isAdmin && ' Admins of the organization can add some.'}
          </p>
        )
      ) : domains.isError ? (
        <LoadError what="domains" error={domains.error} retry={() => void domains.refetch()} />
      ) : (
        <Loading what="domains" rows={2} />
      )}
      {isAdmin && <AddDomain organizationId={organization.id} />}
      {leaving && (
        <DeleteDomain organizationId={organization.id} domain={leaving} onClose={() => setLeaving(null)} />
      )}
    </Section>
  )
}

function DomainItem({
  organizationId,
  domain,
  isAdmin,
  onDelete,
}: {
  organizationId: string
  domain: OrganizationDomain
  isAdmin: boolean
  onDelete: () => void
}): ReactNode {
  const verify = useVerifyDomain(organizationId)
  const name = `_posthog-challenge.${domain.domain}`
  return (
    <li>
      <div className={styles.thing}>
        <span>
          {domain.domain}{' '}
          <Badge variant="outline" color={domain.is_verified ? 'green' : 'gray'} tt="none">
            {domain.is_verified ? 'Verified' : 'Not verified'}
          </Badge>
        </span>
        {isAdmin && (
          <Group gap={6}>
            {!domain.is_verified && (
              <Button
                size="compact-sm"
                variant="default"
                aria-label={`Verify ${domain.domain}`}
                loading={verify.isPending}
                onClick={() => verify.mutate(domain.id)}
              >
                Verify
              </Button>
            )}
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`Delete ${domain.domain}`}
              onClick={onDelete}
            >
              Delete
            </Button>
          </Group>
        )}
      </div>
      {!domain.is_verified && isAdmin && (
        <>
          <p className={`muted small ${styles.subtle}`}>Add this TXT record to its DNS, then verify it.</p>
          <dl className={styles.record}>
            <dt>Name</dt>
            <dd className={styles.key}>
              <code>{name}</code>
              <CopyButton value={name} what="the name of the record" />
            </dd>
            <dt>Value</dt>
            <dd className={styles.key}>
              <code>{domain.verification_challenge}</code>
              <CopyButton value={domain.verification_challenge} what="the value of the record" />
            </dd>
          </dl>
          <div role="status">
            {verify.data && !verify.data.is_verified && (
              <p className={styles.once}>
                There is no such record yet. DNS may take an hour to show a new one.
              </p>
            )}
          </div>
          <Problem error={verify.error} mb="xs" />
        </>
      )}
    </li>
  )
}

function AddDomain({ organizationId }: { organizationId: string }): ReactNode {
  const add = useAddDomain(organizationId)
  const [domain, setDomain] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (domain.trim()) add.mutate(domain.trim().toLowerCase(), { onSuccess: () => setDomain('') })
  }
  return (
    <form onSubmit={submit} noValidate className={styles.beside}>
      <TextInput
        label="Add a domain"
        placeholder="example.com"
        maxLength={128}
        value={domain}
        error={add.isError ? sentence(add.error) : undefined}
        onChange={(event) => {
          setDomain(event.currentTarget.value)
          add.reset()
        }}
      />
      <Button type="submit" variant="default" loading={add.isPending} disabled={!domain.trim()}>
        Add
      </Button>
    </form>
  )
}

function DeleteDomain({
  organizationId,
  domain,
  onClose,
}: {
  organizationId: string
  domain: OrganizationDomain
  onClose: () => void
}): ReactNode {
  const remove = useDeleteDomain(organizationId)
  return (
    <Confirm
      title={`Delete ${domain.domain}?`}
      verb="Delete"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate(domain.id, { onSuccess: onClose })}
    >
      Another organization of this server may then have it. To have it back it must be verified anew.
    </Confirm>
  )
}
