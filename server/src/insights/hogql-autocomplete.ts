import { findFunction, functionNames } from '../hogql/functions.ts'
import { printHogQL } from '../hogql/print-hogql.ts'
import { tableFunctions, tableNames } from '../hogql/tables.ts'
import { placeWithin } from '../hogql/vocabulary.ts'
import type { CompletionItem, HogQLAutocompleteAnswer } from './answers.ts'
import type { PropertyKind } from './property-filters.ts'
import type { HogQLAutocomplete } from './queries.ts'

/** Names of properties that hold `search`, with their types; at most `limit`. */
export type FindProperties = (
  of: PropertyKind,
  groupIndex: number | undefined,
  search: string,
  limit: number,
) => Promise<{ name: string; type: string | null }[]>

const most = 200
const quotedText = /'(?:[^'\\]|\\.)*'|--[^\n]*|\/\*[\s\S]*?\*\//g
const step = '(?:[A-Za-z_$][\\w$]*|`[^`]*`|"[^"]*")'
const chainBefore = new RegExp(`((?:${step}\\s*\\.\\s*)*)$`)
const tableRead = new RegExp(
  `\\b(?:from|join)\\s+(${step})(?:\\s+(?:as\\s+)?(?!(?:on|using|where|prewhere|join|left|right|inner|full|cross|any|asof|group|order|limit|having|window|qualify|union|array|sample|final)\\b)(${step}))?`,
  'gi',
)
const given = new RegExp(`(?:\\bwith\\s+|\\)\\s*,\\s*)(${step})\\s+as\\s*\\(`, 'gi')

/** Words that begin or join the parts of a query. */
const keywords =
  'select,distinct,from,join,left join,inner join,array join,on,using,prewhere,where,group by,having,window,qualify,order by,limit,offset,union all,with,as,and,or,not,in,like,ilike,between,is null,case,when,then,else,end,asc,desc,over,partition by,interval'.split(
    ',',
  )

/**
 * What may be written at a place in a text. The text need not be a query yet, and while it is being written it mostly is
 * none: tables are found by the words before them, not by parsing.
 */
export async function completeHogQL(
  { query, startPosition, endPosition, language, sourceQuery }: HogQLAutocomplete,
  findProperties: FindProperties,
): Promise<HogQLAutocompleteAnswer> {
  const word = query.slice(startPosition, endPosition)
  const before = blanked(query.slice(0, startPosition))
  const whole = blanked(language === 'hogQLExpr' ? (sourceQuery?.query ?? 'from events') : query)
  // inside a text nothing is a name
  if ((before.match(/'/g)?.length ?? 0) % 2 === 1) return { suggestions: [], incomplete_list: false }

  const ctes = [...whole.matchAll(given)].map(([, name]) => bare(name!))
  const tables = new Map<string, string>()
  for (const [, name, alias] of whole.matchAll(tableRead)) tables.set(bare(alias ?? name!), bare(name!))

  const chain = [...(chainBefore.exec(before)?.[1] ?? '').matchAll(new RegExp(step, 'g'))].map(([one]) =>
    bare(one),
  )
  if (chain.length) return afterDot(chain, tables, word, findProperties)
  if (/\b(?:from|join)\s*$/i.test(before)) {
    return listed(word, [
      ...[...tableNames, ...ctes].map((name) => item(name, 'Class')),
      ...Object.keys(tableFunctions).map((name) => item(name, 'Function', '', `${printedName(name)}()`)),
    ])
  }
  const columns = [...tables.values()].flatMap((table) => (known(table) ? columnItems(table, []) : []))
  return listed(word, [
    ...columns,
    ...[...tables.keys()].map((name) => item(name, 'Folder')),
    ...keywords.map((name) => ({ label: name, insertText: name, kind: 'Keyword' as const })),
    ...functionNames().map((name) => item(name, 'Function', takes(name), `${name}()`)),
  ])
}

async function afterDot(
  chain: string[],
  tables: Map<string, string>,
  word: string,
  findProperties: FindProperties,
): Promise<HogQLAutocompleteAnswer> {
  const named = tables.get(chain[0]!)
  const tries = named && known(named) ? [[named, chain.slice(1)] as const] : []
  for (const table of tables.values()) if (known(table)) tries.push([table, chain] as const)
  for (const [table, rest] of tries) {
    const place = placeWithin(table, rest)
    if (place?.kind === 'columns') return listed(word, columnItems(table, rest))
    if (place?.kind === 'properties') {
      const found = await findProperties(place.of, place.groupIndex, word, most + 1)
      return listed(
        word,
        found.map(({ name, type }) => item(name, 'Property', type ?? undefined)),
      )
    }
  }
  return { suggestions: [], incomplete_list: false }
}

function columnItems(table: string, chain: readonly string[]): CompletionItem[] {
  const place = placeWithin(table, [...chain])
  if (place?.kind !== 'columns') return []
  return place.names.map(({ name, type, goesOn }) => item(name, goesOn ? 'Folder' : 'Variable', type))
}

const known = (table: string) => tableNames.includes(table)
const blanked = (text: string) => text.replace(quotedText, (found) => ' '.repeat(found.length))
const bare = (name: string) => (/^[`"]/.test(name) ? name.slice(1, -1) : name)
const printedName = (name: string) => printHogQL({ kind: 'field', chain: [name] })

function item(
  name: string,
  kind: CompletionItem['kind'],
  detail?: string,
  insertText?: string,
): CompletionItem {
  return { label: name, insertText: insertText ?? printedName(name), kind, ...(detail && { detail }) }
}

function takes(name: string): string {
  const { minArgs, maxArgs } = findFunction(name)!
  const count =
    maxArgs === minArgs
      ? `${minArgs}`
      : maxArgs === Number.POSITIVE_INFINITY
        ? `${minArgs}+`
        : `${minArgs}–${maxArgs}`
  return `${count} argument${count === '1' ? '' : 's'}`
}

/** Those that hold the word, those that begin with it first; each label once. */
function listed(word: string, items: CompletionItem[]): HogQLAutocompleteAnswer {
  const wanted = word.replace(/^[`"]/, '').toLowerCase()
  const once = new Map<string, CompletionItem>()
  for (const one of items) {
    const key = `${one.kind} ${one.label}`
    if (one.label.toLowerCase().includes(wanted) && !once.has(key)) once.set(key, one)
  }
  const begins = (one: CompletionItem) => (one.label.toLowerCase().startsWith(wanted) ? 0 : 1)
  const found = [...once.values()].sort((a, b) => begins(a) - begins(b))
  return { suggestions: found.slice(0, most), incomplete_list: found.length > most }
}
