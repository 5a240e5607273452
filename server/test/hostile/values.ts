import { readFileSync } from 'node:fs'
import { canary } from '../every-request.ts'
import type { Random } from './random.ts'

/** What breaks programs, by what it pretends to be. */

/** Statements of HogQL that reach for what they may not have, or are broken; one a line. */
const hostileQueries = readFileSync(new URL('../hostile-queries.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line && !line.startsWith('#'))

const sqlFragments = [
  "'",
  '"',
  '`',
  '\\',
  '--',
  '/*',
  ';',
  "' or '1'='1",
  "'; drop table projects; --",
  "' union select password_hash from users --",
  '1) or (1=1',
  '%',
  '_',
  '\\%_',
  '$1',
  '$$',
  '?',
  '{x}',
  '{x:UInt8}',
  '{{x}}',
  '%s',
  ':name',
  "\\'",
  '\\x00',
]
const expressions = [
  'event',
  'properties.plan',
  "properties['plan']",
  'person.properties.email',
  'toString(1)',
  'sleep(3)',
  "repeat('x', 100000000)",
  'range(100000000)',
  'arrayMap(x -> arrayMap(y -> x, range(10000)), range(10000))',
  "concat('a', event)",
  'sum(1)',
  'count()',
  'sum(count())',
  'avg(toFloat(properties.plan))',
  'event as event',
  '*',
  '(select 1)',
  '(select event from events where team_id != 0 limit 1)',
  'team_id',
  'system.one',
  'lag(1) over ()',
  '1 / 0',
  'toDateTime(1e18)',
  "toDateTime('nonsense')",
  "match(event, '(a+)+$')",
  "match(event, '(')",
  "JSONExtractString(properties, 'a')",
  'x -> x',
  'tuple(1, tuple(2))',
  '{variable}',
  `${'('.repeat(300)}1${')'.repeat(300)}`,
  `${'-'.repeat(2000)}1`,
  `1${' + 1'.repeat(2000)}`,
  `${'not '.repeat(1000)}1`,
  `[${'['.repeat(200)}${']'.repeat(200)}]`,
]
const formulas = [
  'A',
  'A/B',
  'A+B*2',
  'A/0',
  'A^999999',
  'Z',
  '(((((A)))))',
  `${'('.repeat(400)}A${')'.repeat(400)}`,
  `${'-'.repeat(900)}A`,
  `A${'^9'.repeat(400)}`,
  'A..B',
  '1e999',
  'process.exit()',
  '__proto__',
  'A;B',
  '',
  '9'.repeat(400),
]
/** Patterns that take a backtracking engine for ever, that are none, or that another engine reads otherwise. */
const patterns = [
  '(a+)+$',
  '(a|a)*b',
  '(.*)*x',
  '(x+x+)+y',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(',
  '[',
  '*',
  '\\',
  '(?=x)',
  '(?<!x)y',
  '(?<name>x)\\k<name>',
  '\\1',
  '[[:alpha:]]',
  '\\p{Greek}',
  '(?i)X',
  '\\C',
  'a{1000}{1000}',
  '(a{1,1000}){1,1000}',
  `${'('.repeat(500)}x${')'.repeat(500)}`,
  `${'a?'.repeat(2000)}${'a'.repeat(2000)}`,
]
const dates = [
  '2024-01-01',
  '2024-01-01T00:00:00Z',
  '2024-01-01T00:00:00+14:00',
  '-7d',
  '-0d',
  '-999999999999d',
  '-1y',
  '-100000y',
  'all',
  'dStart',
  '-1mStart',
  '0001-01-01',
  '0000-00-00',
  '9999-12-31T23:59:59.999999Z',
  '10000-01-01',
  '+275760-09-13T00:00:00Z',
  '+275760-09-14T00:00:00Z',
  '-271821-04-20',
  '2024-02-30',
  '2024-13-01',
  '2024-01-01T25:00:00Z',
  '2024-12-31T23:59:60Z',
  '1970-01-01',
  '1899-12-31',
  '2299-12-31',
  '2106-02-08',
  'now',
  'infinity',
  'epoch',
  'yesterday',
  '1700000000',
  '1e20',
  '',
]
/** Addresses inside, in many spellings; `trap` listens there. */
const addresses = (trap: string): string[] => {
  const { port } = new URL(trap)
  return [
    trap,
    `http://localhost:${port}/`,
    `http://0.0.0.0:${port}/`,
    `http://127.1:${port}/`,
    `http://0x7f000001:${port}/`,
    `http://2130706433:${port}/`,
    `http://017700000001:${port}/`,
    `http://[::1]:${port}/`,
    `http://[::ffff:127.0.0.1]:${port}/`,
    `http://[0:0:0:0:0:ffff:7f00:1]:${port}/`,
    `http://127.0.0.1.nip.io:${port}/`,
    `http://user:password@127.0.0.1:${port}/`,
    `http://example.com@127.0.0.1:${port}/`,
    `http://127.0.0.1:${port}#@example.com/`,
    `http:/\\127.0.0.1:${port}/`,
    `//127.0.0.1:${port}/`,
    `http://①②⑦.⓪.⓪.①:${port}/`,
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    'http://metadata.google.internal/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:25/_x',
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'ftp://127.0.0.1/',
    'http://',
    'http://[',
    'http://%00/',
    `https://${'a'.repeat(300)}.example.com/`,
    'https://example.com:99999/',
  ]
}
const traversals = [
  '../../../etc/passwd',
  '..\\..\\windows\\win.ini',
  '....//....//etc/passwd',
  '/etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '.',
  '..',
  '/',
  '//',
]
const markup = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '{{constructor}}', '=cmd|x!A0']
const unicode = [
  '\0',
  'a\0b',
  '\u0001\u001f\u007f',
  '\ud800',
  'x\udc00\ud800',
  '\ufffe\uffff',
  '\u202eabc',
  '\u2028\u2029\ufeff',
  '💻👩‍👩‍👧‍👦',
  'ﷺ'.repeat(100),
  'e\u0301'.repeat(200),
  'ı İ ß ﬀ',
  ' ',
  '\t\r\n',
  '',
]
const lengths = (random: Random) => 'x'.repeat(random.pick([100, 255, 256, 400, 401, 1001, 5000, 70_000]))
const names = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  '0',
  '-1',
  'null',
  'undefined',
  'NaN',
  'true',
  '@me',
  '@current',
  '$email',
  '$set',
]

/** A text that nobody expects. */
export function hostileText(random: Random, trap: string): string {
  const text = random.pick<() => string>([
    () => random.pick(sqlFragments),
    () => random.pick(hostileQueries),
    () => random.pick(expressions),
    () => random.pick(patterns),
    () => random.pick(dates),
    () => random.pick(addresses(trap)),
    () => random.pick(traversals),
    () => random.pick(markup),
    () => random.pick(unicode),
    () => random.pick(names),
    () => lengths(random),
  ])()
  return random.chance(0.1) ? text + random.pick(unicode) : text
}

export const hostileNumber = (random: Random): number =>
  random.pick([
    0,
    -0,
    -1,
    0.5,
    1e-320,
    2 ** 15,
    2 ** 16,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31) - 1,
    2 ** 32,
    2 ** 53,
    2 ** 53 + 2,
    2 ** 63,
    2 ** 64,
    1e20,
    1e100,
    -1e308,
  ])

/** Stand for JSON that `JSON.stringify` can't write: replaced in the text. */
export const unwritable: Record<string, string> = {
  '\u{10fff0}': '1e400',
  '\u{10fff1}': '-1e999',
  '\u{10fff2}': '123456789012345678901234567890',
  '\u{10fff3}': '"\\u0000\\ud800"',
  '\u{10fff4}': '{"a":1,"a":[],"__proto__":{"polluted":true}}',
}

/** Any JSON: what is not of the type that is wanted, most of the time. */
export function hostileValue(random: Random, trap: string): unknown {
  return random.pick<() => unknown>([
    () => hostileText(random, trap),
    () => hostileText(random, trap),
    () => hostileText(random, trap),
    () => hostileNumber(random),
    () => hostileNumber(random),
    () => random.pick(Object.keys(unwritable)),
    () => random.pick([null, true, false, [], {}, '', [null], [[]], [{}]]),
    () => nested(random.pick([5, 60, 200, 3000]), random.chance(0.5)),
    () => Array.from({ length: random.pick([2, 101, 1001, 5000]) }, (_, at) => at),
    () => Array.from({ length: random.pick([3, 300]) }, () => hostileText(random, trap)),
    () => Object.fromEntries([[random.pick(names), hostileText(random, trap)]]),
    () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
    // no primitive can be made of it
    () => ({ toString: 1, valueOf: 1 }),
    () => random.pick([[{ toString: 1 }], { length: 1e9 }, { toJSON: 'x' }]),
    () => Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`k${at}`, at])),
  ])()
}

function nested(levels: number, isList: boolean): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = isList ? [value] : { a: value }
  return value
}

/** What a field of this name may well be sent, hostile or not; undefined for a name that says nothing. */
export function valueNamed(name: string, random: Random, trap: string): unknown {
  const found = named.find(([pattern]) => pattern.test(name))
  return found?.[1](random, trap)
}

const events = [`${canary} viewed`, `${canary} bought`, '$pageview', null, '']
const keys = [
  'plan',
  'email',
  'name',
  '$browser',
  '$group_0',
  '$feature/x',
  'a.b',
  '',
  'id',
  '__proto__',
  'created_at',
]
const propertyTypes = [
  'event',
  'person',
  'person_metadata',
  'group',
  'cohort',
  'element',
  'session',
  'hogql',
  'flag',
  'feature',
  'recording',
  'x',
]
const operators = [
  'exact',
  'is_not',
  'icontains',
  'not_icontains',
  'regex',
  'not_regex',
  'gt',
  'lt',
  'gte',
  'lte',
  'is_set',
  'is_not_set',
  'is_date_before',
  'is_date_after',
  'is_date_exact',
  'between',
  'not_between',
  'in',
  'not_in',
  'semver_gt',
  'flag_evaluates_to',
  'min',
  'max',
  'x',
]

function propertyFilter(random: Random, trap: string): unknown {
  const type = random.pick(propertyTypes)
  const operator = random.pick(operators)
  return {
    key:
      type === 'hogql'
        ? random.pick(expressions)
        : random.chance(0.85)
          ? random.pick(keys)
          : hostileText(random, trap),
    type,
    operator,
    value: /regex/.test(operator)
      ? random.pick(patterns)
      : /date/.test(operator)
        ? random.pick(dates)
        : random.pick<unknown>([canary, 5, [canary, 5], null, true, '', [], hostileValue(random, trap)]),
    ...(type === 'group' && { group_type_index: random.pick([0, 1, 4, 5, -1]) }),
    ...(random.chance(0.1) && { negation: true }),
  }
}

const filterLists = (random: Random, trap: string): unknown => {
  const list = Array.from({ length: 1 + random.below(3) }, () => propertyFilter(random, trap))
  return random.pick<unknown>([
    list,
    list,
    { type: random.pick(['AND', 'OR', 'x']), values: list },
    {
      type: 'AND',
      values: [
        { type: 'OR', values: list },
        { type: 'AND', values: [] },
      ],
    },
    { [random.pick(keys)]: random.pick([canary, [canary], 5]), [`email__${random.pick(operators)}`]: 'x' },
  ])
}

const series = (random: Random, trap: string): unknown =>
  Array.from({ length: 1 + random.below(3) }, (_, order) => ({
    id: random.chance(0.9) ? random.pick(events) : hostileValue(random, trap),
    type: random.pick(['events', 'events', 'actions', 'x']),
    order,
    math: random.pick([
      'total',
      'dau',
      'unique_session',
      'sum',
      'p99',
      'hogql',
      'unique_group',
      'first_time_for_user',
      'x',
      null,
    ]),
    math_property: random.pick([...keys, null]),
    math_hogql: random.pick(expressions),
    ...(random.chance(0.3) && { properties: filterLists(random, trap) }),
  }))

type Named = (random: Random, trap: string) => unknown
const named: [RegExp, Named][] = [
  [/^(events|actions|exclusions)$/, series],
  [
    /^query$/,
    (random) => random.pick([...hostileQueries, ...expressions.map((text) => `select ${text} from events`)]),
  ],
  [/formula/i, (random) => random.pick(formulas)],
  [
    /hogql|^(select|where|orderBy|having|groupBy)$|expression/i,
    (random) =>
      random.chance(0.5) ? random.pick(expressions) : [random.pick(expressions), random.pick(expressions)],
  ],
  [/regex|pattern/i, (random) => random.pick(patterns)],
  [/(^|_)(date|before|after|at|timestamp|marker|time)$|date_|dateRange/i, (random) => random.pick(dates)],
  [/url|link|domain|host|redirect|webhook|origin/i, (random, trap) => random.pick(addresses(trap))],
  [
    /e_?mail/i,
    (random) =>
      random.pick([
        'x@example.com',
        'x@',
        '@',
        `${'x'.repeat(300)}@example.com`,
        'x@example.com\r\nBcc: y@example.com',
        '"a b"@[127.0.0.1]',
        'ＸÉ@exämple.com',
      ]),
  ],
  [/propert(y_groups|ies)$|^filters?$/i, filterLists],
  [/^(operator)$/, (random) => random.pick(operators)],
  [
    /^(key|property|breakdown|math_property|value)$/i,
    (random, trap) =>
      random.pick<unknown>([
        random.pick(keys),
        random.pick(keys),
        random.pick(patterns),
        hostileValue(random, trap),
      ]),
  ],
  [/event/i, (random) => random.pick(events)],
  [/path|file|name$/i, (random) => random.pick([...traversals, ...markup])],
  [/^(limit|offset|page)$/, (random) => random.pick([0, 1, 2, -1, 1e6, 2 ** 31, 2 ** 53, 1e20, 'x', '1.5'])],
]
