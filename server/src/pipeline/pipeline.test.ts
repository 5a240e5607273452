import { asc, eq } from 'drizzle-orm'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type TestPipeline, testPipeline } from '../../test/pipeline.ts'
import { eventDefinitions, eventProperties, propertyDefinitions } from '../database/schema.ts'
import { printPropertyRead } from '../hogql/property-column.ts'
import { createGroupStore } from '../persons/group-store.ts'
import { createPersonStore } from '../persons/person-store.ts'
import { personUuid } from '../persons/person-uuid.ts'
import { createGeoIp } from './geoip.ts'

const at = '2026-03-01T12:00:00.000Z'

test('an event from captured bytes to what a query sees', async () => {
  const pipe = await testPipeline(onTestFinished)
  const uuid = '01823e89-f75d-7000-8d4d-3d43e54f6de5'
  await pipe.send(
    {
      api_key: 'phc_x',
      batch: [
        {
          event: 'signed up',
          distinct_id: 'ann',
          uuid,
          timestamp: '2026-03-01T12:00:00.123456+01:00',
          properties: {
            plan: 'pro',
            seats: 3,
            list: [1, null],
            $set: { email: 'ann@example.com' },
            gone: null,
          },
        },
      ],
    },
    { sentAt: '2026-03-01T11:00:00.000Z', receivedAt: '2026-03-01T11:00:00.000Z', ip: '203.0.113.9' },
  )
  const person = personUuid(pipe.projectId, 'ann')
  expect(await pipe.events()).toEqual([
    {
      uuid,
      event: 'signed up',
      distinct_id: 'ann',
      person_id: person,
      person_mode: 'full',
      timestamp: '2026-03-01 11:00:00.123456',
      elements_chain: '',
      properties: {
        plan: 'pro',
        seats: 3,
        list: [1, null],
        gone: null,
        $ip: '203.0.113.9',
        $sent_at: '2026-03-01T11:00:00.000Z',
        $set: { email: 'ann@example.com' },
      },
      person_properties: { email: 'ann@example.com' },
      groups: ['', '', '', '', ''],
    },
  ])
  expect(
    await pipe.rows(
      `select ${['plan', 'seats', 'list'].map((key) => `${printPropertyRead('events.properties_map', key)} as ${key}`)} from events`,
    ),
  ).toEqual([{ plan: 'pro', seats: '3', list: '[1,null]' }])
  expect(await pipe.rows('select id, properties, is_identified, is_deleted from persons')).toEqual([
    { id: person, properties: '{"email":"ann@example.com"}', is_identified: false, is_deleted: false },
  ])
  expect(await pipe.rows('select distinct_id, person_id from person_distinct_ids')).toEqual([
    { distinct_id: 'ann', person_id: person },
  ])
  expect(pipe.project.ingestedEvent).toBe(true)
  const store = createPersonStore(pipe.database)
  const found = (await store.findByDistinctId(pipe.projectId, 'ann'))!
  expect(found).toMatchObject({
    uuid: person,
    properties: { email: 'ann@example.com' },
    createdAt: '2026-03-01T11:00:00.123456Z',
    isIdentified: false,
  })
  expect(await store.findByUuid(pipe.projectId, person)).toEqual(found)
  expect(await store.findById(pipe.projectId, found.id)).toEqual(found)
  expect(await store.findById(pipe.projectId + 1, found.id)).toBeUndefined()
  expect(await store.distinctIdsOf(pipe.projectId, [found.id])).toEqual(new Map([[found.id, ['ann']]]))
})

describe('one pipeline', () => {
  let pipe: TestPipeline
  const closers: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const close of closers.reverse()) await close()
  })
  beforeEach(async () => {
    if (pipe) return
    const geoip = await createGeoIp(null)
    pipe = await testPipeline((close) => closers.push(close), {
      changes: (deps) => ({ ...deps, geoip }),
    })
  })

  const eventsOf = async (distinctId: string) =>
    (await pipe.events()).filter((event) => event.distinct_id === distinctId)

  test('a repeated uuid counts once, in a batch and over batches', async () => {
    const event = { event: 'once', distinct_id: 'repeat', uuid: crypto.randomUUID(), timestamp: at }
    await pipe.send([event, event])
    await pipe.send(event)
    expect(await eventsOf('repeat')).toHaveLength(1)
    expect(pipe.pipeline().stats().drops.repeated).toBe(2)
  })

  test('events of an unknown project are dropped', async () => {
    const before = pipe.pipeline().stats().drops.unknown_project ?? 0
    await pipe.send({ event: 'a', distinct_id: 'nobody' }, { projectId: 999_999 })
    expect(pipe.pipeline().stats().drops.unknown_project).toBe(before + 1)
  })

  test.each([
    ['$performance_event', 'performance_event'],
    ['$snapshot', 'snapshot'],
    ['$$heatmap', 'heatmap'],
    ['$$client_ingestion_warning', 'client_ingestion_warning'],
  ] as const)('%s is no event', async (event, reason) => {
    await pipe.send({ event, distinct_id: `special ${event}` })
    expect(await eventsOf(`special ${event}`)).toEqual([])
    expect(pipe.pipeline().stats().drops[reason]).toBe(1)
  })

  test('identity events without person processing are dropped, others come without a person', async () => {
    const properties = { $process_person_profile: false, $set: { a: 1 }, $groups: { company: 'x' } }
    await pipe.send([
      { event: '$identify', distinct_id: 'personless', properties },
      { event: '$groupidentify', distinct_id: 'personless', properties },
      { event: 'seen', distinct_id: 'personless', properties, timestamp: at },
    ])
    expect(await eventsOf('personless')).toMatchObject([
      {
        event: 'seen',
        person_mode: 'propertyless',
        person_id: personUuid(pipe.projectId, 'personless'),
        person_properties: {},
        groups: ['', '', '', '', ''],
        properties: { $process_person_profile: false, $groups: { company: 'x' } },
      },
    ])
    expect((await eventsOf('personless'))[0]!.properties).not.toHaveProperty('$set')
    expect(
      await createPersonStore(pipe.database).findByDistinctId(pipe.projectId, 'personless'),
    ).toBeUndefined()
    expect(pipe.pipeline().stats().drops.person_processing_off).toBe(2)
  })

  test('as posthog-js sends it: anonymous without a person, then identified', async () => {
    await pipe.send({
      event: '$pageview',
      properties: { distinct_id: 'js-anon', $process_person_profile: false },
      timestamp: '2026-03-01T12:00:00Z',
    })
    await pipe.send({
      event: '$identify',
      properties: { distinct_id: 'js-user', $anon_distinct_id: 'js-anon', $process_person_profile: true },
      $set: { email: 'z@z.z' },
      $set_once: { first: 'y' },
      timestamp: '2026-03-01T12:01:00Z',
    })
    // what was queued before the identify arrives after it
    await pipe.send({
      event: '$pageview',
      properties: { distinct_id: 'js-anon', $process_person_profile: false },
      timestamp: '2026-03-01T12:00:30Z',
    })
    const person = personUuid(pipe.projectId, 'js-user')
    const [identify] = await eventsOf('js-user')
    expect(identify).toMatchObject({ person_id: person, person_properties: { email: 'z@z.z', first: 'y' } })
    expect(identify!.properties).not.toHaveProperty('$process_person_profile')
    expect((await eventsOf('js-anon')).map((event) => event.person_id)).toEqual([
      personUuid(pipe.projectId, 'js-anon'),
      person,
    ])
    expect(
      await pipe.rows('select person_id from person_overrides final where old_person_id = {old:UUID}', {
        old: personUuid(pipe.projectId, 'js-anon'),
      }),
    ).toEqual([{ person_id: person }])
  })

  test('a merge moves distinct ids, leaves a tombstone and an override', async () => {
    await pipe.send([
      { event: 'a', distinct_id: 'merge-old', properties: { $set: { a: 1, b: 1 } }, timestamp: at },
      {
        event: 'a',
        distinct_id: 'merge-new',
        properties: { $set: { b: 2 } },
        timestamp: '2026-03-02T00:00:00Z',
      },
    ])
    await pipe.send({
      event: '$identify',
      distinct_id: 'merge-new',
      properties: { $anon_distinct_id: 'merge-old', $set: { c: 3 } },
      timestamp: '2026-03-03T00:00:00Z',
    })
    const [oldId, newId] = ['merge-old', 'merge-new'].map((id) => personUuid(pipe.projectId, id))
    expect(
      await pipe.rows(
        'select id, created_at, properties, is_identified, is_deleted from persons final where id in ({a:UUID}, {b:UUID}) order by is_deleted',
        { a: oldId, b: newId },
      ),
    ).toEqual([
      {
        id: newId,
        created_at: '2026-03-01 12:00:00.000',
        properties: '{"a":1,"b":2,"c":3}',
        is_identified: true,
        is_deleted: false,
      },
      expect.objectContaining({ id: oldId, properties: '{}', is_deleted: true }),
    ])
    expect(
      await pipe.rows('select person_id from person_distinct_ids final where distinct_id = {id:String}', {
        id: 'merge-old',
      }),
    ).toEqual([{ person_id: newId }])
    const store = createPersonStore(pipe.database)
    const person = (await store.findByDistinctId(pipe.projectId, 'merge-old'))!
    expect(person).toMatchObject({ uuid: newId, isIdentified: true, properties: { a: 1, b: 2, c: 3 } })
    expect((await store.distinctIdsOf(pipe.projectId, [person.id])).get(person.id)!.sort()).toEqual([
      'merge-new',
      'merge-old',
    ])
    expect(await store.findByUuid(pipe.projectId, oldId!)).toBeUndefined()
  })

  test('what a person brings along: campaign, browser, first and latest', async () => {
    await pipe.send({
      event: '$pageview',
      distinct_id: 'lift',
      properties: {
        $browser: 'Chrome',
        $os_name: 'Mac OS X',
        utm_source: 'x',
        gclid: null,
        $current_url: '/1',
      },
      timestamp: at,
    })
    await pipe.send({
      event: '$pageview',
      distinct_id: 'lift',
      properties: { $browser: 'Firefox', utm_source: 'y', gclid: 'g', $current_url: '/2' },
      timestamp: '2026-03-01T13:00:00Z',
    })
    const person = (await createPersonStore(pipe.database).findByDistinctId(pipe.projectId, 'lift'))!
    expect(person.properties).toEqual({
      $browser: 'Firefox',
      $initial_browser: 'Chrome',
      $os: 'Mac OS X',
      $initial_os: 'Mac OS X',
      utm_source: 'y',
      $initial_utm_source: 'x',
      gclid: 'g',
      $initial_gclid: 'g',
      $current_url: '/2',
      $initial_current_url: '/1',
    })
    expect((await eventsOf('lift'))[1]!.person_properties).toEqual(person.properties)
  })

  test('an address becomes a place on the event and the person, and stays private where the project says so', async () => {
    await pipe.send([{ event: 'a', distinct_id: 'geo', timestamp: at }], { ip: '8.8.8.8' })
    await pipe.send(
      [{ event: 'a', distinct_id: 'geo-off', properties: { $geoip_disable: true }, timestamp: at }],
      { ip: '8.8.8.8' },
    )
    pipe.project.anonymizeIps = true
    await pipe.send([
      { event: 'a', distinct_id: 'geo-private', properties: { $ip: '8.8.8.8' }, timestamp: at },
    ])
    pipe.project.anonymizeIps = false
    const [geo] = await eventsOf('geo')
    expect(geo!.properties).toMatchObject({
      $ip: '8.8.8.8',
      $geoip_country_code: 'US',
      $geoip_country_name: 'United States',
      $geoip_continent_code: 'NA',
      $geoip_city_name: 'Mountain View',
    })
    expect(geo!.person_properties).toMatchObject({
      $geoip_country_code: 'US',
      $initial_geoip_country_code: 'US',
    })
    expect(Object.values(geo!.properties)).not.toContain(null)
    expect((await eventsOf('geo-off'))[0]!.properties).toEqual({ $ip: '8.8.8.8', $geoip_disable: true })
    const [hidden] = await eventsOf('geo-private')
    expect(hidden!.properties).not.toHaveProperty('$ip')
    expect(hidden!.properties).toHaveProperty('$geoip_country_code', 'US')
  })

  test('groups get numbers in the order of their types, five at most, and properties', async () => {
    const groups = { organization: 'acme', playlist: 7, c: 'c', d: 'd', e: 'e', sixth: 'ignored', empty: '' }
    await pipe.send({
      event: 'grouped',
      distinct_id: 'groups',
      properties: { $groups: groups },
      timestamp: at,
    })
    await pipe.send([
      {
        event: '$groupidentify',
        distinct_id: 'groups',
        properties: { $group_type: 'organization', $group_key: 'acme', $group_set: { a: 1, b: 2 } },
        timestamp: '2026-03-01T12:00:01Z',
      },
      {
        event: '$groupidentify',
        distinct_id: 'groups',
        properties: { $group_type: 'organization', $group_key: 'acme', $group_set: { a: 3, c: 'x' } },
        timestamp: '2026-03-01T12:00:02Z',
      },
    ])
    const [grouped] = await eventsOf('groups')
    expect(grouped!.groups).toEqual(['acme', '7', 'c', 'd', 'e'])
    const numbered = { $group_0: 'acme', $group_1: '7', $group_2: 'c', $group_3: 'd', $group_4: 'e' }
    expect(grouped!.properties).toEqual({ $groups: groups, ...numbered })
    expect(
      (await createGroupStore(pipe.database).typesOf(pipe.projectId)).map((type) => type.groupType),
    ).toEqual(['organization', 'playlist', 'c', 'd', 'e'])
    expect(
      await pipe.rows('select group_type_index, group_key, created_at, group_properties from groups final'),
    ).toEqual([
      {
        group_type_index: 0,
        group_key: 'acme',
        created_at: '2026-03-01 12:00:01.000',
        group_properties: '{"a":3,"b":2,"c":"x"}',
      },
    ])
    const definitions = await pipe.database.db
      .select({ name: propertyDefinitions.name, propertyType: propertyDefinitions.propertyType })
      .from(propertyDefinitions)
      .where(eq(propertyDefinitions.type, 3))
      .orderBy(asc(propertyDefinitions.name))
    expect(definitions).toEqual([
      { name: 'a', propertyType: 'Numeric' },
      { name: 'b', propertyType: 'Numeric' },
      { name: 'c', propertyType: 'String' },
    ])
  })

  test('elements leave the properties for the chain', async () => {
    await pipe.send({
      event: '$autocapture',
      distinct_id: 'elements',
      properties: {
        $elements: [
          { tag_name: 'a', nth_child: 1, nth_of_type: 2, attr__class: 'btn btn-sm' },
          { tag_name: 'div', nth_child: 1, nth_of_type: 2, $el_text: '💻' },
        ],
      },
      timestamp: at,
    })
    const [event] = await eventsOf('elements')
    expect(event!.elements_chain).toBe(
      'a.btn.btn-sm:attr__class="btn btn-sm"nth-child="1"nth-of-type="2";div:nth-child="1"nth-of-type="2"text="💻"',
    )
    expect(event!.properties).not.toHaveProperty('$elements')
  })

  test('groups by number: $groups goes before', async () => {
    const properties = { $groups: { organization: 'named' }, $group_0: 'numbered', $group_3: 9 }
    await pipe.send({ event: 'numbered', distinct_id: 'numbers', properties, timestamp: at })
    const [event] = await eventsOf('numbers')
    expect(event!.groups).toEqual(['named', '', '', '9', ''])
    expect(event!.properties).toEqual({ ...properties, $group_0: 'named' })
  })

  test('definitions: what was seen, of what type, on which event; the first type stays', async () => {
    const send = (properties: Record<string, unknown>) =>
      pipe.send({ event: 'defined', distinct_id: 'definitions', properties, timestamp: at })
    await send({ size: null, color: 'red', '$feature/x': true })
    await send({ size: 5, color: 7, $set: { rank: 1 } })
    const rows = await pipe.database.db
      .select()
      .from(propertyDefinitions)
      .where(eq(propertyDefinitions.projectId, pipe.projectId))
    const typeOf = (name: string, type: number) =>
      rows.find((row) => row.name === name && row.type === type)?.propertyType
    expect(typeOf('size', 1)).toBe('Numeric')
    expect(typeOf('color', 1)).toBe('String')
    expect(typeOf('$feature/x', 1)).toBe('String')
    expect(typeOf('rank', 2)).toBe('Numeric')
    expect(typeOf('rank', 1)).toBeUndefined()
    const pairs = await pipe.database.db
      .select()
      .from(eventProperties)
      .where(eq(eventProperties.event, 'defined'))
    expect(pairs.map((pair) => pair.property).sort()).toEqual(['color', 'size'])
    const [definition] = await pipe.database.db
      .select()
      .from(eventDefinitions)
      .where(eq(eventDefinitions.name, 'defined'))
    expect(definition!.lastSeenAt).not.toBeNull()
  })

  test('NUL, half characters and odd keys hurt nobody', async () => {
    await pipe.send(
      `{"event":"odd ${'\\u0000'}","distinct_id":"odd","timestamp":"${at}","properties":{"t":"a\\u0000b\\ud800c","k\\u0000\\ud800":1,"__proto__":{"x":1},"a.b":1,"a":{"b":2},"":3,"big":123456789012345678901234567890,"$set":{"s\\u0000":"\\udc00"},"$groups":{"t\\u0000":"k\\u0000"}}}`,
    )
    const [event] = await eventsOf('odd')
    expect(event!.event).toBe('odd \ufffd')
    expect(event!.properties).toMatchObject({ t: 'a\ufffdb\ufffdc', 'a.b': 1, a: { b: 2 }, '': 3 })
    const person = (await createPersonStore(pipe.database).findByDistinctId(pipe.projectId, 'odd'))!
    expect(person.properties).toEqual({ 's\ufffd': '\ufffd' })
    expect(pipe.pipeline().stats().deadLetters).toEqual({})
  })

  test('what can’t be processed is a dead letter, and the rest of the batch goes on', async () => {
    await pipe.send(
      [
        { event: 'good', distinct_id: 'dead', timestamp: at },
        { event: 'no id', timestamp: at },
        7,
        { event: '', distinct_id: 'dead' },
      ],
      { uuids: Array.from({ length: 4 }, () => crypto.randomUUID()) },
    )
    await pipe.log().append([Buffer.from('not a record')])
    await pipe.pipeline().idle()
    expect(await eventsOf('dead')).toHaveLength(1)
    expect(await pipe.rows('select reason, raw from dead_letters order by reason')).toEqual([
      { reason: 'no_distinct_id', raw: expect.stringContaining('"no id"') },
      { reason: 'no_event_name', raw: expect.stringContaining('"dead"') },
      { reason: 'not_an_object', raw: '7' },
      { reason: 'unreadable_record', raw: 'not a record' },
    ])
  })

  test('engage without an event name is an $identify', async () => {
    await pipe.send(
      { $set: { $os: 'Mac OS X' }, $token: 'phc_x', $distinct_id: 3, $device_id: 'd' },
      { path: '/engage' },
    )
    expect(await eventsOf('3')).toMatchObject([
      { event: '$identify', person_properties: { $os: 'Mac OS X' } },
    ])
  })
})
