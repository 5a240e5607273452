import { describe, expect, it, onTestFinished } from 'vitest'
import { testPipeline } from '../../test/pipeline.ts'
import { createUserAgents } from './user-agent.ts'

const chrome =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36'
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1'
const googlebot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'

describe('what a user agent tells, in the words of posthog-js', () => {
  it.each([
    [
      chrome,
      {
        $browser: 'Chrome',
        $browser_version: 120,
        $os: 'Mac OS X',
        $os_version: '10.15.7',
        $device_type: 'Desktop',
      },
    ],
    [
      safari,
      {
        $browser: 'Mobile Safari',
        $browser_version: 17.1,
        $os: 'iOS',
        $os_version: '17.1',
        $device_type: 'Mobile',
      },
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/119.0.6045.109 Mobile/15E148 Safari/604.1',
      {
        $browser: 'Chrome iOS',
        $browser_version: 119,
        $os: 'iOS',
        $os_version: '16.6',
        $device_type: 'Tablet',
      },
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.61',
      {
        $browser: 'Microsoft Edge',
        $browser_version: 120,
        $os: 'Windows',
        $os_version: '10',
        $device_type: 'Desktop',
      },
    ],
    [
      'Mozilla/5.0 (Linux; Android 13; SM-S901B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/22.0 Chrome/111.0.5563.116 Mobile Safari/537.36',
      {
        $browser: 'Samsung Internet',
        $browser_version: 22,
        $os: 'Android',
        $os_version: '13',
        $device_type: 'Mobile',
      },
    ],
    ['Mozilla/5.0', {}],
    ['', {}],
  ])('%s', (agent, expected) => {
    expect(createUserAgents().properties(agent)).toEqual(expected)
  })

  it('a very long one is cut and costs nothing', () => {
    expect(createUserAgents().properties(`${chrome}${'x'.repeat(1e6)}`)).toMatchObject({ $browser: 'Chrome' })
  })
})

const at = '2026-03-01T12:00:00.000Z'
const seen = (properties: object = {}, event = 'seen') => ({
  event,
  distinct_id: 'ann',
  timestamp: at,
  properties,
})

describe('on its way', () => {
  it('an event that says nothing of its browser gets it from the user agent, and so does its person', async () => {
    const pipe = await testPipeline(onTestFinished)
    await pipe.send(seen(), { userAgent: chrome })
    const [event] = await pipe.events()
    expect(event!.properties).toMatchObject({ $browser: 'Chrome', $device_type: 'Desktop' })
    expect(event!.person_properties).toMatchObject({ $os: 'Mac OS X', $initial_os: 'Mac OS X' })
  })

  it("what the SDK says counts, and a program's own user agent is nobody's browser", async () => {
    const pipe = await testPipeline(onTestFinished)
    await pipe.send(seen({ $os: 'Plan 9' }), { userAgent: chrome })
    await pipe.send(seen({}, 'by a program'), { userAgent: 'posthog-node/5.70.0' })
    await pipe.send(seen({ $is_server: true }, 'by a server'), { userAgent: chrome })
    await pipe.send(seen({ $raw_user_agent: safari }, 'handed on'), { userAgent: 'python-requests/2' })
    const found = new Map((await pipe.events()).map(({ event, properties }) => [event, properties]))
    expect(found.get('seen')).not.toHaveProperty('$browser')
    expect(found.get('by a program')).not.toHaveProperty('$browser')
    expect(found.get('by a server')).not.toHaveProperty('$browser')
    expect(found.get('handed on')).toMatchObject({ $browser: 'Mobile Safari' })
  })

  it('events of bots are stored, marked or dropped as the project wants', async () => {
    const pipe = await testPipeline(onTestFinished)
    for (const botFilter of ['off', 'mark', 'drop'] as const) {
      pipe.project.botFilter = botFilter
      await pipe.send(seen({}, `bot ${botFilter}`), { userAgent: googlebot })
      await pipe.send(seen({}, `person ${botFilter}`), { userAgent: chrome })
      await pipe.send(seen({}, `server ${botFilter}`), { userAgent: 'curl/8.0' })
    }
    const found = await pipe.events()
    expect(found.map(({ event }) => event).sort()).toEqual([
      'bot mark',
      'bot off',
      'person drop',
      'person mark',
      'person off',
      'server drop',
      'server mark',
      'server off',
    ])
    const marked = found.filter(({ properties }) => properties.$is_bot === true)
    expect(marked.map(({ event }) => event)).toEqual(['bot mark'])
    expect(pipe.pipeline().stats().drops.bot).toBe(1)
  })

  it('events that are too old are dropped where the project wants it', async () => {
    const pipe = await testPipeline(onTestFinished)
    pipe.project.dropEventsOlderThan = 86400
    const receivedAt = '2026-03-02T12:00:01.000Z'
    await pipe.send([seen({}, 'old'), { ...seen({}, 'young'), timestamp: '2026-03-01T12:00:01.000Z' }], {
      receivedAt,
    })
    expect((await pipe.events()).map(({ event }) => event)).toEqual(['young'])
    expect(pipe.pipeline().stats().drops.too_old).toBe(1)
  })
})
