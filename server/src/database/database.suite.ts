import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from './database.ts'
import { isStatementTimeout, sqlState, violatedUnique } from './errors.ts'
import { instanceSettings, organizations, persons, projects, users } from './schema.ts'

/** What both homes promise. `open` gives a fresh database that the suite closes. */
export function databaseSuite(home: string, open: () => Promise<Database>) {
  describe(`database: ${home}`, () => {
    let database: Database
    let projectId: number
    beforeAll(async () => {
      database = await open()
      const [organization] = await database.db
        .insert(organizations)
        .values({ name: 'Acme', slug: 'acme' })
        .returning()
      const [project] = await database.db
        .insert(projects)
        .values({ organizationId: organization!.id, apiToken: 'phc_suite' })
        .returning()
      projectId = project!.id
    })
    afterAll(() => database?.close())

    test('timestamps come back as ISO text with microseconds, from columns, rows and relations alike', async () => {
      const at = '2026-01-02T03:04:05.123456Z'
      const [user] = await database.db
        .insert(users)
        .values({ distinctId: 'd1', email: 'Ann@example.com', dateJoined: at })
        .returning()
      expect(user!.dateJoined).toBe(at)
      expect(user!.lastLogin).toBeNull()
      expect(await database.db.execute(sql`select date_joined from users`)).toEqual([{ date_joined: at }])
      expect((await database.db.query.users.findFirst())!.dateJoined).toBe(at)
      const [row] = await database.db.execute<{ t: string }>(
        sql`select '2026-07-01 12:00+02'::timestamptz as t`,
      )
      expect(row!.t).toBe('2026-07-01T10:00:00.000000Z')
    })

    test('the session speaks UTC', async () => {
      const rows = await database.db.execute(
        sql`select current_setting('timezone') as zone, '2026-01-02'::timestamptz as midnight`,
      )
      expect(rows).toEqual([{ zone: 'UTC', midnight: '2026-01-02T00:00:00.000000Z' }])
    })

    test('every JSON value keeps its type and shape', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.jsonValue({ noUnicodeString: false }).filter((value) => value !== null),
          async (value) => {
            const expected = JSON.parse(JSON.stringify(value))
            const [row] = await database.db
              .insert(instanceSettings)
              .values({ key: 'k', value })
              .onConflictDoUpdate({ target: instanceSettings.key, set: { value } })
              .returning()
            expect(row!.value).toEqual(expected)
            const [raw] = await database.db.execute(sql`select value from instance_settings`)
            expect(raw).toEqual({ value: expected })
          },
        ),
        { numRuns: 60 },
      )
    })

    test('numbers, booleans, bytes, lists and decimals decode alike', async () => {
      const rows = await database.db.execute(sql`select
        1::int2 as small, -2::int4 as usual, 9007199254740991::int8 as safe, 9223372036854775807::int8 as large,
        1.5::float8 as float, 'NaN'::float8 as nan, 1.10::numeric as exact, true as yes, '\\x00ff'::bytea as bytes,
        array[1,null,3]::int4[] as ints, array['a b','c"d\\e','',null,'NULL','{x}'] as texts, '{}'::text[] as none,
        array[array[1,2],array[3,4]] as nested, array[now() - now() + timestamptz 'epoch'] as instants,
        array['{"a":"b,c"}']::json[] as documents, '2026-01-02'::date as day`)
      expect(rows[0]).toEqual({
        small: 1,
        usual: -2,
        safe: 9007199254740991,
        large: 9223372036854775807n,
        float: 1.5,
        nan: Number.NaN,
        exact: '1.10',
        yes: true,
        bytes: new Uint8Array([0, 255]),
        ints: [1, null, 3],
        texts: ['a b', 'c"d\\e', '', null, 'NULL', '{x}'],
        none: [],
        nested: [
          [1, 2],
          [3, 4],
        ],
        instants: ['1970-01-01T00:00:00.000000Z'],
        documents: [{ a: 'b,c' }],
        day: '2026-01-02',
      })
    })

    test('lists of any text are one parameter and come back unchanged', async () => {
      const texts = fc.array(
        fc.option(
          fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
          { nil: null },
        ),
        { maxLength: 20 },
      )
      await fc.assert(
        fc.asyncProperty(texts, async (list) => {
          const [row] = await database.db.execute(
            sql`select ${sql.param(list)}::text[] as list, (select count(*) from unnest(${sql.param(list)}::text[])) as n`,
          )
          expect(row).toEqual({ list, n: list.length })
        }),
        { numRuns: 60 },
      )
    })

    test('parameters of every kind arrive as what they are', async () => {
      const date = new Date('2026-01-02T03:04:05.678Z')
      const [row] = await database.db.execute(sql`select
        ${true}::boolean as yes, ${false}::boolean as no, ${12}::int4 as n, ${2n ** 62n}::int8 as large,
        ${date}::timestamptz as at, ${{ a: [1] }}::json as document, ${null}::text as nothing,
        ${new Uint8Array([1, 2])}::bytea as bytes, ${sql.param([1, 2])}::int4[] as list,
        ${sql.param([{ a: '"' }])}::json[] as documents, ${"it's"} as text`)
      expect(row).toEqual({
        yes: true,
        no: false,
        n: 12,
        large: 2n ** 62n,
        at: '2026-01-02T03:04:05.678000Z',
        document: { a: [1] },
        nothing: null,
        bytes: new Uint8Array([1, 2]),
        list: [1, 2],
        documents: [{ a: '"' }],
        text: "it's",
      })
    })

    test('a batch goes in with one statement and answers its rows', async () => {
      const uuids = Array.from({ length: 300 }, () => crypto.randomUUID())
      const rows = await database.transaction((tx) =>
        tx.execute<{ id: number; uuid: string; properties: unknown }>(sql`
          insert into persons (project_id, uuid, properties)
          select ${projectId}, u.uuid, u.properties
          from unnest(${sql.param(uuids)}::uuid[], ${sql.param(uuids.map((uuid) => JSON.stringify({ uuid })))}::json[])
            as u(uuid, properties)
          returning id, uuid, properties`),
      )
      expect(rows.map((row) => row.uuid).sort()).toEqual([...uuids].sort())
      expect(rows.every((row) => (row.properties as { uuid: string }).uuid === row.uuid)).toBe(true)
      expect(typeof rows[0]!.id).toBe('number')
      expect(await database.db.$count(persons)).toBe(300)
    })

    test('a unique violation tells its index, without the values in the message', async () => {
      const again = database.db.insert(users).values({ distinctId: 'd2', email: 'ANN@EXAMPLE.COM' })
      const error = await again.then(
        () => null,
        (thrown: unknown) => thrown,
      )
      expect(violatedUnique(error)).toBe('users_email')
      expect(sqlState(error)).toBe('23505')
      expect(String(error)).not.toContain('ANN@EXAMPLE.COM')
    })

    test('a transaction that throws leaves nothing', async () => {
      const failing = database.transaction(async (tx) => {
        await tx.insert(organizations).values({ name: 'Gone', slug: 'gone' })
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect(await database.db.$count(organizations)).toBe(1)
    })

    test('a failed statement ends its transaction, and the next one works', async () => {
      const failing = database.transaction(async (tx) => {
        await tx.execute(sql`select 1/0`).catch(() => undefined)
        await tx.execute(sql`select 1`)
      })
      await expect(failing).rejects.toThrow(/aborted/)
      expect(await database.transaction((tx) => tx.execute(sql`select 1 as one`))).toEqual([{ one: 1 }])
    })

    test('the outer handle throws inside a transaction instead of waiting for ever', async () => {
      const misuse = {
        statement: () => database.db.select().from(users),
        relation: () => database.db.query.users.findMany(),
        transaction: () => database.transaction(async () => undefined),
        notify: () => database.notify('suite', 'x'),
        listen: () => database.listen('suite', () => undefined),
      }
      for (const [name, use] of Object.entries(misuse)) {
        await expect(
          database.transaction(async (tx) => {
            await tx.execute(sql`select 1`)
            await use()
          }),
          name,
        ).rejects.toThrow(/inside a transaction/)
      }
      await expect(database.db.execute(sql`select 1 as one`)).resolves.toEqual([{ one: 1 }])
    })

    test("a transaction's handle throws after its end; what it left running may use the outer handle", async () => {
      let leaked: Parameters<Parameters<Database['transaction']>[0]>[0] | undefined
      let later: Promise<unknown> | undefined
      await database.transaction(async (tx) => {
        leaked = tx
        later = new Promise((resolve) => setTimeout(resolve, 50)).then(() =>
          database.db.execute(sql`select 1 as one`),
        )
      })
      await expect(leaked!.execute(sql`select 1`)).rejects.toThrow(/after its end/)
      await expect(later).resolves.toEqual([{ one: 1 }])
    })

    test('transactions one after another see each other, side by side they wait', async () => {
      await database.db.execute(sql`create table counter as select 0 as n`)
      const add = () => database.transaction((tx) => tx.execute(sql`update counter set n = n + 1`))
      await Promise.all(Array.from({ length: 20 }, add))
      expect(await database.db.execute(sql`select n from counter`)).toEqual([{ n: 20 }])
    })

    test('notifications reach every listener of their channel, when a transaction commits', async () => {
      const heard: (string | null)[] = []
      const stopFirst = await database.listen('suite', (payload) => heard.push(`first ${payload}`))
      const stopSecond = await database.listen('suite', (payload) => heard.push(`second ${payload}`))
      await database.notify('suite', 'hello')
      await expect.poll(() => heard.toSorted()).toEqual(['first hello', 'second hello'])
      await stopFirst()
      await database.notify('other', 'unheard')
      await database.transaction(async (tx) => {
        await tx.execute(sql`select pg_notify('suite', 'committed')`)
        await new Promise((resolve) => setTimeout(resolve, 50))
        expect(heard).not.toContain('second committed')
      })
      await expect.poll(() => heard.at(-1)).toBe('second committed')
      await stopSecond()
      await database.notify('suite', 'nobody')
      expect(heard).toHaveLength(3)
    })

    test('a listener may use the database', async () => {
      const answer = new Promise((resolve, reject) => {
        database
          .listen('suite-query', () => {
            database.db.execute(sql`select 1 as one`).then(resolve, reject)
          })
          .catch(reject)
      })
      await new Promise((resolve) => setTimeout(resolve, 50))
      await database.transaction((tx) => tx.execute(sql`select pg_notify('suite-query', '')`))
      await expect(answer).resolves.toEqual([{ one: 1 }])
    })

    test('a transaction whose statement failed is not committed, even when the failure was caught', async () => {
      const failing = database.transaction(async (tx) => {
        await tx.insert(organizations).values({ name: 'Gone', slug: 'gone' })
        await tx.execute(sql`select 1/0`).catch(() => undefined)
      })
      await expect(failing).rejects.toMatchObject({ code: '22012' })
      expect(await database.db.$count(organizations)).toBe(1)
      await database.transaction(async (tx) => {
        await tx.execute(sql`savepoint before`)
        await tx.execute(sql`select 1/0`).catch(() => undefined)
        await tx.execute(sql`rollback to savepoint before`)
      })
    })

    test('text that a library brings runs as it is, a script as one transaction', async () => {
      expect(await database.run('select $1::int + 1 as n, $2::text[] as list', [1, ['a']])).toEqual([
        { n: 2, list: ['a'] },
      ])
      await database.run('BEGIN; create table brought (n int); insert into brought values (1); COMMIT;')
      await expect(
        database.run('BEGIN; insert into brought values (2); select 1/0; COMMIT;'),
      ).rejects.toMatchObject({ code: '22012' })
      expect(await database.run('select n from brought')).toEqual([{ n: 1 }])
      await database.run('drop table brought')
    })

    test('what is asked again and again is answered anew, whatever became of its table', async () => {
      await database.run('create table again (n int)')
      const ask = () => database.run('select * from again where n > $1 order by n', [0])
      for (let n = 1; n <= 8; n++) {
        await database.run('insert into again values ($1)', [n])
        expect(await ask()).toHaveLength(n)
      }
      await database.run("alter table again add column t text default 'new'")
      expect((await ask())[0]).toEqual({ n: 1, t: 'new' })
      await database.run('BEGIN; drop table again; create table again (n text); COMMIT;')
      const wrong = () => database.run('select * from again where n = 1')
      for (let times = 0; times < 5; times++) {
        expect(sqlState(await wrong().catch((error: unknown) => error))).toBe('42883')
      }
      await database.run('drop table again')
    })

    test('more statements than are remembered, each asked again', async () => {
      for (let times = 0; times < 3; times++) {
        for (let n = 0; n < 300; n++) {
          expect(await database.run(`select ${n} + $1::int as sum`, [times])).toEqual([{ sum: n + times }])
        }
      }
    })

    test('a statement is stopped after five seconds, and the database goes on', {
      timeout: 30_000,
    }, async () => {
      const started = Date.now()
      const error = await database.db
        .execute(sql`select count(*) from generate_series(1, 1000000000000)`)
        .then(
          () => null,
          (thrown: unknown) => thrown,
        )
      expect(isStatementTimeout(error)).toBe(true)
      expect(Date.now() - started).toBeLessThan(9_000)
      expect(await database.db.$count(organizations)).toBe(1)
    })
  })
}
