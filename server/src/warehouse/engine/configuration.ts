/** What the engine is told at its start; the numbers hold its memory down on a machine shared with other work. */

/** ClickHouse server configuration, as XML. */
export function engineConfiguration({ queryMemoryBytes }: { queryMemoryBytes: number }): string {
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
  const lines = Object.entries(server).map(([name, value]) => `  <${name}>${value}</${name}>`)
  return `<clickhouse>\n${lines.join('\n')}\n</clickhouse>\n`
}

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
