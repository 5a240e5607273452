import { Anchor, Burger, TextInput } from '@mantine/core'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useLocation, useParams } from '@tanstack/react-router'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { meQuery } from '../../api/session.ts'
import styles from './api-docs.module.css'
import {
  type Description,
  descriptionQuery,
  type Entry,
  entriesByTag,
  type Guides,
  guidesQuery,
  tagTitle,
} from './description.ts'
import { KeyField, ReaderKeyProvider } from './key.tsx'
import { Markdown } from './markdown.tsx'
import { OperationSection } from './operation.tsx'
import { useReloadOnChange } from './reload.ts'

/** A guide, or the operations of one tag. */
export type DocsPlace = { guide: string } | { tag: string }

export function GuidePage(): ReactNode {
  const { slug = '' } = useParams({ strict: false }) as { slug?: string }
  return <DocsPage place={{ guide: slug }} />
}

export function ReferencePage(): ReactNode {
  const { tag = '' } = useParams({ strict: false }) as { tag?: string }
  return <DocsPage place={{ tag }} />
}

/** The API's documentation: all of it comes from the description that the server makes of its own contracts. */
function DocsPage({ place }: { place: DocsPlace }): ReactNode {
  const { data: description } = useSuspenseQuery(descriptionQuery)
  const { data: guides } = useSuspenseQuery(guidesQuery)
  const me = useQuery({ ...meQuery, retry: (_, error) => !(error instanceof ApiError) })
  const entries = useMemo(() => entriesByTag(description, guides), [description, guides])
  useReloadOnChange(guides.revision)
  const [isOpen, setOpen] = useState(false)
  const location = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place closes the menu and starts at its top
  useEffect(() => {
    setOpen(false)
    const target = location.hash && document.getElementById(location.hash)
    if (target) target.scrollIntoView()
    else window.scrollTo(0, 0)
  }, [location.pathname, location.hash])
  return (
    <ReaderKeyProvider isSignedIn={me.data !== undefined}>
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <header className={styles.top}>
        <Burger
          hiddenFrom="sm"
          size="sm"
          opened={isOpen}
          onClick={() => setOpen(!isOpen)}
          aria-label="Contents"
        />
        <Link to="/api/docs/guides/$slug" params={{ slug: guides.pages[0]!.slug }} className={styles.brand}>
          Hedgerow API
        </Link>
        <span className={styles.gap} />
        <KeyField />
        <Anchor href="/" size="sm" visibleFrom="sm">
          Open Hedgerow
        </Anchor>
      </header>
      <div className={styles.layout}>
        <nav className={styles.contents} data-open={isOpen} aria-label="Contents">
          <Contents guides={guides} entries={entries} />
        </nav>
        <main id="content" tabIndex={-1} className={styles.main}>
          {'guide' in place ? (
            <Guide guides={guides} slug={place.guide} />
          ) : (
            <Reference
              tag={place.tag}
              description={description}
              entries={entries.get(place.tag) ?? []}
              projectId={me.data?.team?.id ?? null}
            />
          )}
        </main>
      </div>
    </ReaderKeyProvider>
  )
}

function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Hedgerow API`
  }, [title])
}

function Guide({ guides, slug }: { guides: Guides; slug: string }): ReactNode {
  const page = guides.pages.find((one) => one.slug === slug)
  useTitle(page?.title ?? 'Not here')
  return page ? <Markdown text={page.markdown} /> : <NotHere />
}

function Reference({
  tag,
  description,
  entries,
  projectId,
}: {
  tag: string
  description: Description
  entries: Entry[]
  projectId: number | null
}): ReactNode {
  useTitle(tagTitle(tag))
  if (entries.length === 0) return <NotHere />
  const about = description.tags.find(({ name }) => name === tag)?.description
  return (
    <>
      <h1>{tagTitle(tag)}</h1>
      {about && <Markdown text={withoutHeading(about)} />}
      <ul className={styles.overview} aria-label="Operations">
        {entries.map(({ method, path, operation }) => (
          <li key={operation.operationId}>
            <a href={`#${operation.operationId}`}>{operation.summary}</a>{' '}
            <code className="muted">
              {method} {path}
            </code>
          </li>
        ))}
      </ul>
      {entries.map((entry) => (
        <OperationSection
          key={entry.operation.operationId}
          entry={entry}
          description={description}
          projectId={projectId}
        />
      ))}
    </>
  )
}

/** The page has its own. */
const withoutHeading = (markdown: string) => markdown.replace(/^# .*\n+/, '')

const NotHere = () => (
  <>
    <h1>There's no such page</h1>
    <p>It has another name now, or never was. Search on the left.</p>
  </>
)

/** Everything there is, in the sidebar's order; what is typed narrows it down to operations that match. */
function Contents({ guides, entries }: { guides: Guides; entries: Map<string, Entry[]> }): ReactNode {
  const [search, setSearch] = useState('')
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const all = [...entries].flatMap(([tag, ofTag]) => ofTag.map((entry) => ({ tag, ...entry })))
  const found = words.length
    ? all.filter(({ tag, method, path, operation }) => {
        const text =
          `${tag} ${method} ${path} ${operation.operationId} ${operation.summary} ${operation.description ?? ''}`.toLowerCase()
        return words.every((word) => text.includes(word))
      })
    : null
  return (
    <>
      <TextInput
        size="xs"
        mb="sm"
        type="search"
        aria-label="Search operations"
        placeholder={`Search ${all.length} operations`}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {found ? (
        <ul className={styles.list} aria-label="Found">
          {found.slice(0, 60).map(({ tag, method, operation }) => (
            <li key={operation.operationId}>
              <Link to="/api/docs/reference/$tag" params={{ tag }} hash={operation.operationId}>
                {operation.summary} <span className="muted small">{method}</span>
              </Link>
            </li>
          ))}
          {found.length === 0 && <li className="muted small">Nothing is called so.</li>}
          {found.length > 60 && <li className="muted small">{found.length - 60} more: type more of it.</li>}
        </ul>
      ) : (
        <>
          <ul className={styles.list} aria-label="Guides">
            {guides.pages.map(({ slug, title }) => (
              <li key={slug}>
                <Link to="/api/docs/guides/$slug" params={{ slug }} activeProps={{ 'aria-current': 'page' }}>
                  {title}
                </Link>
              </li>
            ))}
          </ul>
          {guides.groups.map(({ name, tags }) => (
            <section key={name} aria-label={name}>
              <h2 className={styles.group}>{name}</h2>
              <ul className={styles.list}>
                {tags
                  .filter((tag) => entries.has(tag))
                  .map((tag) => (
                    <li key={tag}>
                      <Link
                        to="/api/docs/reference/$tag"
                        params={{ tag }}
                        activeProps={{ 'aria-current': 'page' }}
                      >
                        {tagTitle(tag)}
                      </Link>
                    </li>
                  ))}
              </ul>
            </section>
          ))}
        </>
      )}
    </>
  )
}
