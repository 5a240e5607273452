import { Anchor, Button, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { eventsQuery } from '../../api/events.ts'
import { useMe, useProject } from '../../api/session.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { CopyIcon } from '../../ui/copy-button.tsx'
import { MakeDemoProject } from '../../ui/demo-project.tsx'
import { Page } from '../../ui/page.tsx'
import { LoadError, Loading } from '../../ui/states.tsx'
import { Listening } from './listening.tsx'
import { useTestEvent } from './queries.ts'
import { snippets } from './snippets.ts'
import styles from './start-page.module.css'

/** From nothing to the first event: pick how to send, copy, and watch it arrive. */
export function StartPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/onboarding' })
  const project = useProject(projectId)
  const me = useMe()
  const { sdk: chosen } = useSearch({ from: '/session/project/$projectId/onboarding' })
  const navigate = useNavigate({ from: '/project/$projectId/onboarding' })
  const choose = (sdk: string) => void navigate({ search: { sdk }, replace: true, resetScroll: false })
  const newest = useQuery({
    ...eventsQuery(projectId, { limit: 1 }),
    refetchInterval: (query) => (query.state.data?.results.length ? 5000 : 1500),
  })
  const first = newest.data?.results[0]
  // what is offered to who has no site at hand stays while the page is open: its going would move the page
  const [emptyProject, setEmptyProject] = useState<number>()
  if (newest.data && !first && emptyProject !== projectId) setEmptyProject(projectId)
  const test = useTestEvent(projectId, project?.api_token ?? '', me.distinct_id ?? me.email)
  if (!project) return <LoadError what="this project" error={new Error('You are not a member of it.')} />
  const host = window.location.origin
  const all = snippets(project.api_token, host)
  const snippet = all.find((each) => each.id === chosen) ?? all[0]!
  return (
    <Page
      title={first ? 'Events have arrived' : newest.data ? 'Send your first event' : 'Get started'}
      about="PostHog's SDKs work here unchanged: they only need this server's address and this project's key."
    >
      {newest.isPending ? (
        <Loading what="events" rows={8} />
      ) : (
        <div className={styles.columns}>
          <section className={`card ${styles.sdks}`} aria-label="How to send">
            <div role="radiogroup" aria-label="SDK" className={styles.choices}>
              {all.map((each) => (
                <label
                  key={each.id}
                  className={styles.choice}
                  data-chosen={each.id === snippet.id || undefined}
                >
                  <input
                    type="radio"
                    name="sdk"
                    value={each.id}
                    checked={each.id === snippet.id}
                    onChange={() => choose(each.id)}
                  />
                  {each.label}
                </label>
              ))}
            </div>
          </section>
          <section className={`card ${styles.code}`} aria-label={snippet.label}>
            <Stack gap="md">
              {snippet.parts.map((part) => (
                <CodeBlock
                  key={part.title}
                  title={part.title}
                  code={part.code}
                  what={`${snippet.label} code`}
                />
              ))}
              <dl className={styles.facts}>
                <dt>Project API key</dt>
                <dd>
                  <code>{project.api_token}</code>{' '}
                  <CopyIcon value={project.api_token} what="the project API key" />
                </dd>
                <dt>Host</dt>
                <dd>
                  <code>{host}</code> <CopyIcon value={host} what="the host" />
                </dd>
              </dl>
              {snippet.note && (
                <Text size="sm" role="note">
                  {snippet.note}
                </Text>
              )}
              <Text size="sm" c="dimmed">
                Already sending to PostHog? Change <code>api_host</code> (or <code>host</code>) and the key;
                keep everything else. The project key can only send, never read, so it may be public. To read
                data, make a{' '}
                <Anchor href="/me/settings#personal-api-keys" size="sm">
                  personal API key
                </Anchor>
                .
              </Text>
            </Stack>
          </section>
          <section className={`card ${styles.live}`} aria-label="First event">
            {newest.isError && !newest.data ? (
              <LoadError what="events" error={newest.error} retry={() => void newest.refetch()} />
            ) : (
              <Listening
                projectId={projectId}
                timeZone={project.timezone}
                event={first ?? null}
                host={host}
                keyEnd={project.api_token.slice(-4)}
              >
                <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
                  Send a test event from here
                </Button>
              </Listening>
            )}
            {test.isError && <LoadError what="the answer to the test event" error={test.error} />}
          </section>
        </div>
      )}
      {emptyProject === projectId && (
        <section className={`card ${styles.demo}`} aria-labelledby="demo">
          <h2 id="demo">No site at hand?</h2>
          <Text size="sm" c="dimmed">
            Look around in a demo project first: 20,000 people who don't exist, and about a million events.
          </Text>
          <MakeDemoProject />
        </section>
      )}
    </Page>
  )
}
