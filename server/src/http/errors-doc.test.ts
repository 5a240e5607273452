import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
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

/** What a `code:` may come to, as far as it is written out: both ends of a condition, not what a variable holds. */
function literals(value: ts.Expression): string[] {
  if (ts.isStringLiteralLike(value)) return /^(?=.*[a-z])[a-z0-9_-]+$/.test(value.text) ? [value.text] : []
  if (ts.isConditionalExpression(value)) return [...literals(value.whenTrue), ...literals(value.whenFalse)]
  if (ts.isBinaryExpression(value)) return [...literals(value.left), ...literals(value.right)]
  if (ts.isParenthesizedExpression(value) || ts.isAsExpression(value)) return literals(value.expression)
  return []
}

function codesIn(text: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const named = (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) && node.name
    if (named && ts.isIdentifier(named) && named.text === 'code' && node.initializer) {
      found.push(...literals(node.initializer))
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('', text, ts.ScriptTarget.Latest))
  return found
}

it('finds codes however they are written', () => {
  expect(
    codesIn(`unavailable(text, { code: 'a', retryAfter: 1 }); const code = b ? 'b' : ('c' as const)
    invalid(text, {
      code:
        given ?? 'd',
    })`),
  ).toEqual(['a', 'b', 'c', 'd'])
})

it('lists every code that the source names, and no other', () => {
  const named = new Set(Object.keys(kinds).map((kind) => new HedgerowError(kind as ErrorKind, '').code))
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/(?<![.](?:test|suite))[.]ts$/.test(entry.name)) continue
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    if (/\bcode\b/.test(text)) for (const code of codesIn(text)) named.add(code)
  }
  named.delete('condition_match') // why a flag is on, in an example of an answer
  named.delete('custom') // zod's word for a rule of ours, which brings its own code
  expect(table('Codes').map(([code]) => code)).toEqual([...named].sort())
})
