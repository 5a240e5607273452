import { EngineError } from './engine-error.ts'
import { tokenize } from './lexer.ts'

/**
 * Functions that the role of a question can't be kept from (they need no right), and that tell of the machine or
 * reach past the tables that were granted.
 */
const forbidden = new Set(
  `file merge view viewifpermitted input values generaterandom getsetting getsettingordefault getserversetting
  getmergetreesetting getmacro hostname fqdn fullhostname displayname serveruuid tcpport uptime version buildid
  revision showcertificate getoskernelversion currentdatabase currentschemas database schema user currentuser
  current_user authenticateduser initialuser currentroles defaultroles enabledroles currentprofiles
  currentqueryid queryid query_id initialqueryid initial_query_id connectionid connection_id sleep sleepeachrow
  filesystemavailable filesystemcapacity filesystemunreserved blocksize addresstoline addresstolinewithinlines
  addresstosymbol demangle catboostevaluate evalmlmethod logtrace throwif hascolumnintable zookeepersessionuptime
  getsizeofenumtype globalvariable isdecimaloverflow`.split(/\s+/),
)
const hiddenDatabases = new Set(['system', 'information_schema'])

/**
 * Looks once more at the text of a question, after HogQL's compiler has made it and before the engine reads it: what
 * the rights of its role can't forbid. HogQL writes none of this; where it stands, something has gone wrong above.
 * @throws EngineError 497 (`ACCESS_DENIED`).
 */
export function checkQuestion(sql: string): void {
  const tokens = tokenize(sql).filter(({ kind }) => kind !== 'space')
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' && token.kind !== 'quoted') continue
    const name = (token.kind === 'quoted' ? token.text.slice(1, -1) : token.text).toLowerCase()
    const after = tokens[index + 1]?.text
    const before = tokens[index - 1]?.text
    if (after === '(' && forbidden.has(name)) throw refused(`a call of ${name}`)
    if (after === '.' && before !== '.' && hiddenDatabases.has(name)) throw refused(`the database ${name}`)
    if (token.kind === 'word' && before !== '.' && (name === 'settings' || name === 'outfile')) {
      throw refused(name.toUpperCase())
    }
  }
}

const refused = (what: string) => new EngineError(497, 'ACCESS_DENIED', `A question may not hold ${what}`)
