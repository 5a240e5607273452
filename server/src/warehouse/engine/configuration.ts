/** What the engine is told at its start; the numbers hold its memory down on a machine shared with other work. */

/** Role of the statements that ask for somebody: see `question.ts`. */
export const questionRole = 'question'

/** ClickHouse server configuration, as XML. `usersPath` is the file that holds `engineUsers`. */
export function engineConfiguration({
  queryMemoryBytes,
  usersPath,
}: {
  queryMemoryBytes: number
  usersPath: string
}): string {
  const server: Record<string, number> = {
    // Caches grow to their bound and stay. ClickHouse's own bounds are for a machine of its own: marks 5 GB.
    mark_cache_size: 128 * 1024 ** 2,
    primary_index_cache_size: 64 * 1024 ** 2,
    index_mark_cache_size: 16 * 1024 ** 2,
    query_condition_cache_size: 16 * 1024 ** 2,
    compiled_expression_cache_size: 16 * 1024 ** 2,
    mmap_cache_size: 64,
    // threads that finished their work and wait for more
    max_thread_pool_free_size: 16,
    // what queries may use and room for merges, caches and the process itself
    max_server_memory_usage: Math.floor(queryMemoryBytes * 1.25 + 512 * 1024 ** 2),
  }
  const mergeTree: Record<string, number> = {
    // What a merge holds of each part at a time: six small parts took 147 MB with ClickHouse's 10 MB, 37 MB with this.
    merge_max_block_size_bytes: 1_000_000,
    // What is collected for each of a part's streams before it is compressed; the bucketed maps make a part of 250.
    // A merge of 138,000 events took 423 MB with ClickHouse's 1 MB, 115 MB with this. Neither costs processor time.
    max_compress_block_size: 131_072,
  }
  const elements = (settings: Record<string, number>) =>
    Object.entries(settings).map(([name, value]) => `  <${name}>${value}</${name}>`)
  const lines = elements(server)
  lines.push('  <merge_tree>', ...elements(mergeTree), '  </merge_tree>')
  lines.push(`  <users_config>${escapeXml(usersPath)}</users_config>`)
  return `<clickhouse>\n${lines.join('\n')}\n</clickhouse>\n`
}

/**
 * The engine's one user, as XML. All its rights are in two roles, so that a connection can lay one of them down:
 * what a question may is `SELECT` on `readable` (`database.table`, or `database_*.*`), and nothing else. With the
 * sources (`url`, `file`, `remote` …) it has no right to, every table function that reaches out is refused.
 */
export function engineUsers(readable: string[]): string {
  const queries = (grants: string[]) => grants.map((grant) => `<query>${escapeXml(grant)}</query>`).join('')
  return `<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <roles>
    <keeper><grants>${queries(['GRANT ALL ON *.*'])}</grants></keeper>
    <${questionRole}><grants>${queries(readable.map((table) => `GRANT SELECT ON ${table}`))}</grants></${questionRole}>
  </roles>
  <users>
    <default>
      <password/>
      <networks><ip>::/0</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants>${queries([`GRANT keeper, ${questionRole}`])}</grants>
    </default>
  </users>
</clickhouse>
`
}

const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** Settings of every statement that does not bring its own. */
export function engineSettings(limits: {
  queryMaxExecutionMs: number
  queryMemoryBytes: number
}): Record<string, string> {
  return {
    // parameters are part of the text here, and an `IN` list may be long
    max_query_size: String(64 * 1024 ** 2),
    max_execution_time: String(limits.queryMaxExecutionMs / 1000),
    max_memory_usage: String(limits.queryMemoryBytes),
    // all of them together: the engine has one user
    max_memory_usage_for_user: String(limits.queryMemoryBytes),
  }
}
