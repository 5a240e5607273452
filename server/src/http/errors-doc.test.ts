import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { type ErrorKind, HedgerowError } from '../model/errors.ts'
import { kinds, renderError } from './errors.ts'

const source = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(fileURLToPath(new URL('../../../docs/errors.md', import.meta.url)), 'utf8')

/** The rows below a heading, as cells. */
const table = (heading: string) =>
  page
    .split(/^## /m)
    .find((section) => section.startsWith(heading))!
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

it('lists every kind with its status, type and default code', () => {
  const rendered = (Object.keys(kinds) as ErrorKind[]).map((kind) => {
    const { status, body } = renderError(new HedgerowError(kind, ''))
    return [kind, String(status), body.type, body.code]
  })
  expect(table('Kinds')).toEqual(rendered)
})

it('lists every code that the source names, and no other', () => {
  const named = new Set(Object.keys(kinds).map((kind) => new HedgerowError(kind as ErrorKind, '').code))
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/(?<![.](?:test|suite))[.]ts$/.test(entry.name)) continue
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    for (const [, code] of text.matchAll(/\bcode: (?:[\w.]+ \? )?'([a-z_]+)'/g)) named.add(code!)
  }
  named.delete('custom') // zod's word for a rule of ours, which brings its own code
  expect(table('Codes').map(([code]) => code)).toEqual([...named].sort())
})
