/**
 * ClickHouse SQL cut into tokens, as far as the engine's HTTP surface needs it: to find placeholders, a closing
 * `FORMAT`, and the end of a statement without being fooled by strings and comments. It never rejects: what the
 * text means is for ClickHouse to say.
 */
export type Token = {
  kind: 'word' | 'number' | 'string' | 'quoted' | 'symbol' | 'space'
  text: string
  start: number
}

const pattern =
  /(?<space>\s+|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|‘[^’]*(?:’|$)|(?<tag>\$\w*\$)[\s\S]*?\k<tag>)|(?<quoted>`(?:[^`\\]|\\[\s\S]|``)*(?:`|$)|"(?:[^"\\]|\\[\s\S]|"")*(?:"|$)|“[^”]*(?:”|$))|(?<number>\d[\w.]*)|(?<word>[\p{L}_$][\p{L}\p{N}_$]*)|(?<symbol>[\s\S])/guy

/** The tokens of `sql`, in order and without gaps: their texts joined are `sql`. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  for (const match of sql.matchAll(pattern)) {
    const groups = match.groups!
    const kind =
      groups.space !== undefined
        ? 'space'
        : groups.word !== undefined
          ? 'word'
          : groups.string !== undefined
            ? 'string'
            : groups.quoted !== undefined
              ? 'quoted'
              : groups.number !== undefined
                ? 'number'
                : 'symbol'
    tokens.push({ kind, text: match[0], start: match.index })
  }
  return tokens
}
