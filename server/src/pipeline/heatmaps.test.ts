import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { testPipeline } from '../../test/pipeline.ts'

const columns = 'distinct_id, current_url, type, x, y, viewport_width, viewport_height, pointer_target_fixed'

test('heatmap data becomes points, once, and no event', async () => {
  const pipe = await testPipeline(onTestFinished)
  const heatmap = {
    uuid: randomUUID(),
    event: '$$heatmap',
    distinct_id: 'ann',
    properties: {
      $session_id: 's1',
      $viewport_width: 1600,
      $viewport_height: 900,
      $heatmap_data: {
        'https://shop.example/': [
          { x: 160, y: 40, target_fixed: true, type: 'click' },
          { x: 'left', y: 1, type: 'click' },
          'nothing',
        ],
        'https://shop.example/cart': [{ x: 8, y: 7, target_fixed: false, type: 'mousemove' }],
        'https://shop.example/odd': { x: 1 },
      },
    },
  }
  await pipe.send([heatmap])
  await pipe.send([heatmap])
  expect(await pipe.rows(`SELECT ${columns}, session_id FROM heatmaps ORDER BY current_url`)).toEqual([
    {
      distinct_id: 'ann',
      session_id: 's1',
      current_url: 'https://shop.example/',
      type: 'click',
      x: 10,
      y: 3,
      viewport_width: 100,
      viewport_height: 56,
      pointer_target_fixed: true,
    },
    expect.objectContaining({ current_url: 'https://shop.example/cart', type: 'mousemove', x: 1, y: 0 }),
  ])
  expect(await pipe.events()).toEqual([])
})

test('an event tells how far the page before it was scrolled, and keeps all but the heatmap data', async () => {
  const pipe = await testPipeline(onTestFinished)
  const properties = {
    $current_url: 'https://shop.example/cart?a=1',
    $prev_pageview_pathname: '/products/7',
    $prev_pageview_max_scroll: 1600,
    $viewport_width: 390,
    $viewport_height: 844,
  }
  await pipe.send([
    { event: '$pageview', distinct_id: 'ann', properties: { ...properties, $heatmap_data: {} } },
    // Where the window's size is missing, or the id is many people's, there is nothing to learn.
    { event: 'sizeless', distinct_id: 'ann', properties: { ...properties, $viewport_width: null } },
    { event: 'shared', distinct_id: 'anonymous', properties },
  ])
  expect(await pipe.rows(`SELECT ${columns} FROM heatmaps`)).toEqual([
    expect.objectContaining({
      current_url: 'https://shop.example/products/7',
      type: 'scrolldepth',
      x: 0,
      y: 100,
    }),
  ])
  const event = (await pipe.events()).find((one) => one.event === '$pageview')
  expect(event!.properties).toMatchObject(properties)
  expect(event!.properties).not.toHaveProperty('$heatmap_data')
})
