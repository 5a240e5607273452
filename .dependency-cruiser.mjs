// Which way imports may run; ARCHITECTURE.md draws the picture. `scripts/check-imports.ts` runs these rules, makes
// sure that they saw every file, and that each of them still bites.
const layers = [
  ['model', 'kit'],
  ['hogql'],
  ['event-log', 'warehouse', 'database', 'blobs', 'mail', 'outgoing'],
  ['persons', 'accounts', 'activity', 'tags', 'saved', 'directory', 'jobs', 'deliveries', 'rate-limits'],
  ['pipeline', 'insights', 'flags', 'experiments', 'replay', 'exports'],
  ['demo'],
  ['http'],
  ['public-api', 'private-api'],
] // lowest first
const drivers = {
  'event-log': '(?:lmdb|@nats-io)/',
  warehouse: '(?:@clickhouse|chdb)/',
  database: '(?:pg|@electric-sql)/',
  mail: 'nodemailer/',
}
const src = (names) => `^server/src/(?:${names.join('|')})/`
const root = '^server/src/(?:cli|compose|config)[.]ts$'
const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

export default {
  forbidden: [
    error('no-cycles', 'Two files in a cycle are one module.', {}, { circular: true }),
    ...layers.map((names, i) =>
      error(
        `${names.join('+')}-looks-down-only`,
        'compose.ts passes higher things in.',
        { path: src(names), pathNot: '[.](?:test|suite)[.]ts$' },
        { path: [...(layers[i + 1] ? [src(layers.slice(i + 1).flat())] : []), root] },
      ),
    ),
    ...[layers[2], layers[4]].map((names) =>
      error(
        `${names[0]}-keeps-to-itself`,
        'Stores, and engines, get each other as arguments.',
        { path: `^server/src/(${names.join('|')})/`, pathNot: '[.](?:test|suite)[.]ts$' },
        { path: src(names), pathNot: '^server/src/$1/' },
      ),
    ),
    error(
      'slices-are-islands',
      'Share by moving code down.',
      { path: '^server/src/(public-api|private-api)/([^/]+)/', pathNot: '[.](?:test|suite)[.]ts$' },
      { path: '^server/src/(?:public|private)-api/', pathNot: '^server/src/$1/$2/' },
    ),
    ...Object.entries(drivers).map(([home, packages]) =>
      error(
        `${home}-drivers-at-home`,
        'Nobody else knows which home it is in.',
        { path: '^server/src/', pathNot: `^server/src/${home}/` },
        { path: `node_modules/(?:${packages})` },
      ),
    ),
    error(
      'fastify-at-the-edge',
      'Only http/ and the two APIs speak HTTP to the outside.',
      { path: src(layers.slice(0, 6).flat()) },
      { path: 'node_modules/fastify/' },
    ),
    error(
      'client-stands-alone',
      'It is published.',
      { path: '^client/' },
      { path: '^(?:server|web|tests)/' },
    ),
    error('web-uses-the-api', 'A client like any other.', { path: '^web/' }, { path: '^server/' }),
    error(
      'web-features-are-islands',
      'Share by moving code to ui/ or api/.',
      { path: '^web/src/features/([^/]+)/' },
      { path: '^web/src/(?:features|app)/', pathNot: '^web/src/features/$1/' },
    ),
    error('black-box-tests', 'They see only HTTP.', { path: '^tests/' }, { path: '^server/src/' }),
    error(
      'no-tests-in-production',
      'Test helpers must not ship.',
      { path: '^server/src/', pathNot: '[.](?:test|suite)[.]ts$' },
      { path: '^server/test/|[.](?:test|suite)[.]ts$' },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
}
