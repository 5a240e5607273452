import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page } from '../../ui/page.tsx'
import { Empty } from '../../ui/states.tsx'
import { TagFilter } from '../../ui/tag-button.tsx'
import { DefinitionMenu, MarkedName } from './definition-marks.tsx'
import { DefinitionsList } from './definitions-list.tsx'
import { Description } from './description.tsx'
import { propertyDefinitionsQuery } from './queries.ts'
import type { DefinitionsSearch } from './search.ts'

const typeNames = { String: 'Text', Numeric: 'Number', Boolean: 'True or false', DateTime: 'Date and time' }

/** Every property that came with events or persons, its inferred type, and what it means. */
export function PropertyDefinitionsPage(): ReactNode {
  const from = '/session/project/$projectId/data-management/properties'
  const { projectId } = useParams({ from })
  const { search = '', tag, page = 1, type } = useSearch({ from })
  const navigate = useNavigate({ from: '/project/$projectId/data-management/properties' })
  const answer = useQuery(propertyDefinitionsQuery(projectId, type ?? 'event', { search, tag, page }))
  const narrow = (changes: DefinitionsSearch, replace = false) =>
    void navigate({ search: (old) => ({ ...old, page: undefined, ...changes }), replace })
  return (
    <Page
      title="Properties"
      about="What events and people carry. The type is taken from the first value that came."
    >
      <DefinitionsList
        key={type ?? 'event'}
        what="properties"
        search={search}
        page={page}
        answer={answer}
        narrowed={tag !== undefined}
        onSearch={(text) => narrow({ search: text }, true)}
        onClear={() => narrow({ search: undefined, tag: undefined })}
        onPage={(to) => void navigate({ search: (old) => ({ ...old, page: to }) })}
        extra={
          <>
            <SegmentedControl
              size="sm"
              aria-label="Properties of"
              value={type ?? 'event'}
              onChange={(value) => void navigate({ search: value === 'person' ? { type: 'person' } : {} })}
              data={[
                { value: 'event', label: 'Of events' },
                { value: 'person', label: 'Of people' },
              ]}
            />
            <TagFilter tag={tag} onClear={() => narrow({ tag: undefined })} />
          </>
        }
        empty={
          <Empty title="No properties yet.">
            {type === 'person'
              ? 'They come with $set: when you identify people, or send properties for them.'
              : 'They come with the first event.'}
          </Empty>
        }
        table={(rows) => (
          <table className="data middle">
            <thead>
              <tr>
                <th scope="col">Property</th>
                <th scope="col" className="wide-only">
                  Type
                </th>
                <th scope="col" style={{ minWidth: 140 }}>
                  Description
                </th>
                <th scope="col">
                  <span className="visually-hidden">More</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td>
                    <MarkedName definition={row} what="properties" onTag={(one) => narrow({ tag: one })}>
                      <span style={{ overflowWrap: 'anywhere' }}>{row.name}</span>
                    </MarkedName>
                    <div className="muted small narrow-only">
                      {row.property_type ? typeNames[row.property_type] : ''}
                    </div>
                  </td>
                  <td className="muted wide-only" style={{ whiteSpace: 'nowrap' }}>
                    {row.property_type ? typeNames[row.property_type] : '–'}
                  </td>
                  <td>
                    <Description
                      projectId={projectId}
                      kind="property"
                      id={row.id}
                      name={row.name}
                      value={row.description ?? ''}
                    />
                  </td>
                  <td className="num" style={{ width: '1%' }}>
                    <DefinitionMenu projectId={projectId} kind="property" definition={row} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      />
    </Page>
  )
}
