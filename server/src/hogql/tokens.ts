import { HogQLError } from './errors.ts'
import type { Token } from './lex.ts'
import { keywords } from './words.ts'

/** What single tokens can be. */

// Words that begin or join the parts of a query: as a column's name they need quotes.
const reserved = new Set(
  `select from where prewhere group having order limit union intersect except qualify settings then when else end as on
  using join and or in like ilike is between by with asc desc case`.split(/\s+/),
)
// Of those, the ones that are functions too.
const alsoFunctions = new Set(['and', 'or', 'in', 'like', 'ilike'])

/** Whether a word needs quotes as a column's name. */
export const isReserved = (word: string): boolean => reserved.has(word)
/** Whether such a word is a function's name before a bracket. */
export const isReservedFunction = (word: string): boolean => alsoFunctions.has(word)

/** Whether a token can be a name. */
export const isNameToken = (token: Token): boolean =>
  token.kind === 'quoted' ||
  (token.kind === 'word' && !['null', 'inf', 'infinity', 'nan', 'true', 'false'].includes(token.lower))

/** Whether a name can follow without AS: not a word that means something there. */
export const isBareAlias = (token: Token): boolean =>
  token.kind === 'quoted' ||
  (token.kind === 'word' &&
    (!keywords.has(token.lower) || ['date', 'id', 'global', 'into', 'top', 'totals'].includes(token.lower)))

export const isInfinity = (token: Token) =>
  token.kind === 'word' && ['inf', 'infinity', 'nan'].includes(token.lower)

/** Whether a value can begin with this token: tells `interval 1 day` from a column called interval. */
export const startsValue = (token: Token): boolean =>
  token.kind === 'number' ||
  token.kind === 'string' ||
  token.kind === 'quoted' ||
  token.kind === 'template' ||
  (token.kind === 'word' && !reserved.has(token.lower) && token.lower !== 'not') ||
  (token.kind === 'sign' && ['(', '{', '-'].includes(token.lower))

/**
 * A number token's value; integers that JavaScript can't hold are bigint.
 * @throws HogQLError when it is none after all.
 */
export function numberOf({ kind, text, lower, start, end }: Token): number | bigint {
  if (kind === 'word') return lower === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY
  const value = Number(text)
  if (/^(?:\d+|0[xb].+)$/i.test(text) && !Number.isSafeInteger(value)) return BigInt(text)
  if (Number.isNaN(value)) throw new HogQLError(`"${text}" is not a number.`, { start, end })
  return value
}
