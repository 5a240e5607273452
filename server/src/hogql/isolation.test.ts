import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertEvents, insertGroups } from '../../test/events.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import { type Warehouse, WarehouseError } from '../warehouse/warehouse.ts'
import { compile } from './compile.ts'
import { HogQLError } from './errors.ts'
import { parseSelect } from './parse.ts'

// Queries that try to read what is another project's, run on a real engine where every text of the other project
// holds a word. How many: HOGQL_ATTACKS, for a long night.
const attacks = Number(process.env.HOGQL_ATTACKS ?? 1000)
const mine = 11
const theirs = 12
const secret = 'theirsecret'

let warehouse: Warehouse
let cleanup: () => Promise<void>
beforeAll(async () => {
  ;({ warehouse, cleanup } = await testWarehouse())
  for (const [project, word] of [
    [mine, 'mine'],
    [theirs, secret],
  ] as const) {
    await insertEvents(
      warehouse,
      project,
      ['a', 'b'].map((id) => ({
        event: `${word} ${id}`,
        distinct_id: `${word} ${id}`,
        timestamp: '2024-03-01T00:00:00Z',
        properties: { p: word, $session_id: `${word} session` },
        person: { email: word },
        groups: { 0: 'shared key' },
        // one id for both: joins must not cross
        person_id: `00000000-0000-4000-8000-00000000000${id === 'a' ? 1 : 2}`,
      })),
    )
    await insertGroups(warehouse, project, [{ index: 0, key: 'shared key', properties: { p: word } }])
    await warehouse.insert({
      table: 'person_distinct_ids',
      token: crypto.randomUUID(),
      rows: ['a', 'b'].map((id) =>
        JSON.stringify({
          team_id: project,
          distinct_id: `${word} ${id}`,
          person_id: '00000000-0000-4000-8000-000000000001',
          is_deleted: false,
          version: 1,
        }),
      ),
    })
  }
})
afterAll(() => cleanup())

const pick = (...choices: string[]) => fc.constantFrom(...choices)
const joined = (part: fc.Arbitrary<string[]>) => part.map((pieces) => pieces.join(' '))
const rarely = (part: fc.Arbitrary<string>) => fc.option(part, { nil: '', freq: 3 })
const { query } = fc.letrec<{ query: string; expr: string; source: string }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    {
      weight: 6,
      arbitrary: pick(
        'e.event',
        'e.distinct_id',
        'e.team_id',
        'e.person_id',
        'e.properties',
        'e.properties.p',
        'e.person.properties.email',
        'e.pdi.distinct_id',
        'e.group_0.properties.p',
        'e.session.distinct_id',
        'f.event',
        'f.team_id',
        'f.properties.p',
        'f.person.properties.email',
        'f.pdi.distinct_id',
        'f.group_0.key',
      ),
    },
    { weight: 1, arbitrary: pick('*', 'e.*', 'f.*', 'event', 'key', 'x', 'e.person.created_at', 's.event') },
    {
      weight: 3,
      arbitrary: pick(`${theirs}`, `${mine}`, '1', 'null', "'theirs%'", "'%'", "'mine a'", 'true'),
    },
    joined(fc.tuple(tie('expr'), pick('=', '!=', '>', 'or', 'and', 'like', '??'), tie('expr'))),
    tie('expr').map((one) => `not (${one})`),
    tie('query').map((one) => `(${one})`),
    fc.tuple(tie('expr'), pick('in', 'not in'), tie('query')).map(([a, how, b]) => `${a} ${how} (${b})`),
    fc
      .tuple(pick('toString', 'any', 'groupArray', 'max', 'materialize', 'toTypeName', 'isNull'), tie('expr'))
      .map(([name, arg]) => `${name}(${arg})`),
    fc
      .tuple(pick('lag', 'first_value', 'max'), tie('expr'))
      .map(([name, arg]) => `${name}(${arg}) over (order by 1)`),
    tie('expr').map((one) => `arrayMap(x -> ${one}, [1])`),
  ),
  source: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    { weight: 10, arbitrary: pick('events e', 'events e', 'events e final', 'c e', 'events e sample 1') },
    {
      weight: 1,
      arbitrary: pick(
        'system.tables e',
        'person_overrides e',
        "merge('', 'events') e",
        'groups e',
        'persons e',
      ),
    },
    { weight: 1, arbitrary: tie('query').map((one) => `(${one}) e`) },
  ),
  query: fc
    .tuple(
      pick('with c as (select * from events) ', `with ${theirs} as team_id, c as (select * from events) `),
      fc.array(tie('expr'), { minLength: 1, maxLength: 2 }).map((list) => list.join(', ')),
      tie('source'),
      fc
        .tuple(
          pick(
            'join',
            'left join',
            'right join',
            'full join',
            'any left join',
            'left anti join',
            'right semi join',
          ),
          pick('events f', 'c f', '(select * from events) f', 'events f final'),
          pick(
            'on 1 = 1',
            'on e.distinct_id = f.distinct_id',
            'on e.team_id != f.team_id',
            'on e.person_id = f.person_id',
          ),
        )
        .map(([kind, table, on]) => ` ${kind} ${table} ${on}`),
      rarely(joined(fc.tuple(pick('where', 'prewhere', 'qualify'), tie('expr'))).map((one) => ` ${one}`)),
      pick(
        '',
        '',
        '',
        ' order by 1',
        ' limit 1 by e.team_id',
        ' union all select event from events',
        ' settings x = 1',
      ),
    )
    .map(
      ([ctes, columns, source, join, where, end]) =>
        `${ctes}select ${columns} from ${source}${join}${where}${end}`,
    ),
}))

test(`${attacks} generated attacks: none is answered with another project's data`, async () => {
  const outcomes = { refused: 0, answered: 0, failed: 0 }
  const attack = async (text: string) => {
    let printed: { sql: string; params: Record<string, string> }
    try {
      printed = compile(parseSelect(text), { projectId: mine })
    } catch (error) {
      if (!(error instanceof HogQLError)) throw error
      outcomes.refused++
      return
    }
    const { sql, params } = printed
    try {
      const { rows } = await warehouse.query({ sql, params, question: true })
      outcomes.answered++
      expect(JSON.stringify(rows).includes(secret), `${text}\n${sql}\n${JSON.stringify(rows)}`).toBe(false)
    } catch (error) {
      if (!(error instanceof WarehouseError)) throw error
      outcomes.failed++
      expect(error.message.includes(secret), `${text}\n${error.message}`).toBe(false)
    }
  }
  const texts = fc.sample(
    query.filter((text) => text.length < 600),
    attacks,
  )
  for (let next = 0; next < texts.length; next += 4)
    await Promise.all(texts.slice(next, next + 4).map(attack))
  // attacks that are all refused prove nothing of the engine
  expect(outcomes.answered).toBeGreaterThan(attacks / 20)
}, 300_000)
