import { type ReactNode, useState } from 'react'
import styles from './api-docs.module.css'
import { type Description, fieldsOf, type Schema, typeWords } from './description.ts'
import { Markdown } from './markdown.tsx'

const bounds = ({ minimum, maximum, minLength, maxLength, maxItems, default: by }: Schema): string =>
  [
    minimum !== undefined && `at least ${minimum}`,
    maximum !== undefined && `at most ${maximum}`,
    minLength !== undefined && minLength > 0 && `at least ${minLength} characters`,
    maxLength !== undefined && `at most ${maxLength} characters`,
    maxItems !== undefined && `at most ${maxItems} of them`,
    by !== undefined && `at first ${JSON.stringify(by)}`,
  ]
    .filter(Boolean)
    .join(', ')

const choices = (schema: Schema): unknown[] =>
  schema.enum ?? (schema.anyOf ?? schema.oneOf ?? []).flatMap((one) => one.enum ?? []) ?? []

/** The fields of a request or an answer; those of nested objects open on a click. */
export function Fields({
  schema,
  description,
  what,
}: {
  schema: Schema
  description: Description
  what: string
}): ReactNode {
  const { schema: found, required } = fieldsOf(schema, description)
  const fields = Object.entries(found.properties ?? {})
  if (fields.length === 0) return <p className="muted small">{typeWords(schema)}</p>
  return (
    <ul className={styles.fields} aria-label={what}>
      {fields.map(([name, field]) => (
        <Field
          key={name}
          name={name}
          schema={field}
          isRequired={required.has(name)}
          description={description}
        />
      ))}
    </ul>
  )
}

function Field({
  name,
  schema,
  isRequired,
  description,
}: {
  name: string
  schema: Schema
  isRequired: boolean
  description: Description
}): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const inner = Object.keys(fieldsOf(schema, description).schema.properties ?? {}).length
  const listed = choices(schema)
  const limits = bounds(schema)
  const words =
    schema.description ?? (schema.$ref ? description.components.schemas[typeWords(schema)]?.description : '')
  return (
    <li>
      <div className={styles.field}>
        <code className={styles.name}>{name}</code>
        <span className="muted small">
          {typeWords(schema)}
          {isRequired && ' · required'}
          {limits && ` · ${limits}`}
        </span>
      </div>
      {words && <Markdown text={words} inline />}
      {listed.length > 0 && (
        <p className="small">
          One of{' '}
          {listed.slice(0, 40).map((one, at) => (
            <span key={String(one)}>
              {at > 0 && ', '}
              <code>{String(one)}</code>
            </span>
          ))}
          {listed.length > 40 && `, and ${listed.length - 40} more`}
        </p>
      )}
      {inner > 0 && (
        <>
          <button
            type="button"
            className={styles.opener}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? 'Hide' : 'Show'} its {inner === 1 ? 'field' : `${inner} fields`}
          </button>
          {isOpen && <Fields schema={schema} description={description} what={`Fields of ${name}`} />}
        </>
      )}
    </li>
  )
}
