import { describe, expect, it } from 'vitest'
import { upgradeCorrelationActors, upgradeFunnel, upgradeFunnelActors } from './upgrade-funnel-filters.ts'

describe('legacy filters of funnels', () => {
  it.each<[string, object, object]>([
    ['nothing', {}, { kind: 'FunnelsQuery', series: [], funnelsFilter: {} }],
    ['text of addresses', { events: '[{"id": "a"}]' }, { series: [{ kind: 'EventsNode', event: 'a' }] }],
    [
      'a window',
      { funnel_window_interval: '3', funnel_window_interval_unit: 'Week' },
      { funnelsFilter: { funnelWindowInterval: 3, funnelWindowIntervalUnit: 'week' } },
    ],
    [
      'the window of old',
      { funnel_window_days: 7, funnel_window_interval_unit: 'hour' },
      { funnelsFilter: { funnelWindowInterval: 7, funnelWindowIntervalUnit: 'day' } },
    ],
    [
      'words that mean nothing are the default',
      { funnel_order_type: 'backwards', funnel_viz_type: null, breakdown_attribution_type: '' },
      { funnelsFilter: { funnelOrderType: undefined, funnelVizType: undefined } },
    ],
    [
      'exclusions as text',
      {
        exclusions:
          '[{"id": 3, "type": "actions", "funnel_from_step": 0, "funnel_to_step": "1"}, {"id": "x", "funnel_from_step": 1, "funnel_to_step": 2}]',
      },
      {
        funnelsFilter: {
          exclusions: [
            { kind: 'ActionsNode', id: 3, funnelFromStep: 0, funnelToStep: 1 },
            { kind: 'EventsNode', event: 'x', funnelFromStep: 1, funnelToStep: 2 },
          ],
        },
      },
    ],
    ['groups', { aggregation_group_type_index: '2' }, { aggregation_group_type_index: 2 }],
    [
      'people, not groups',
      { aggregation_group_type_index: null },
      { aggregation_group_type_index: undefined },
    ],
  ])('%s', (_, filters, expected) => {
    expect(upgradeFunnel({ ...filters })).toMatchObject(expected)
  })

  it.each<[object, string]>([
    [{ funnel_window_interval: 'long' }, 'funnel_window_interval'],
    [{ funnel_window_interval: 0 }, 'funnel_window_interval'],
    [{ exclusions: [{ id: 'x', funnel_from_step: 0 }] }, 'exclusions'],
    [{ exclusions: ['x'] }, 'exclusions'],
    [{ funnel_from_step: 1.5 }, 'funnel_from_step'],
    [{ bin_count: 'many' }, 'bin_count'],
  ])('%j is refused', (filters, attr) => {
    expect(() => upgradeFunnel({ ...filters })).toThrow(expect.objectContaining({ attr }))
  })

  it('pins of people', () => {
    const pins = { funnel_step: '-2', funnel_custom_steps: '[1, 3]', funnel_step_breakdown: '["Chrome"]' }
    expect(upgradeFunnelActors(pins)).toMatchObject({
      kind: 'FunnelsActorsQuery',
      funnelStep: -2,
      funnelCustomSteps: [1, 3],
      funnelStepBreakdown: ['Chrome'],
      funnelTrendsDropOff: undefined,
    })
    expect(upgradeFunnelActors({ drop_off: 'false', entrance_period_start: '2023-02-01' })).toMatchObject({
      funnelTrendsDropOff: false,
      funnelTrendsEntrancePeriodStart: '2023-02-01',
    })
  })

  it('pins of correlations', () => {
    const pins = {
      funnel_correlation_type: 'event_with_properties',
      funnel_correlation_event_names: '["help"]',
      funnel_correlation_person_entity:
        '{"id": "help", "type": "events", "properties": [{"key": "a", "value": "b"}]}',
      funnel_correlation_person_converted: 'false',
    }
    expect(upgradeCorrelationActors(pins)).toMatchObject({
      source: { funnelCorrelationType: 'event_with_properties', funnelCorrelationEventNames: ['help'] },
      funnelCorrelationPersonEntity: {
        kind: 'EventsNode',
        event: 'help',
        properties: [{ key: 'a', value: 'b' }],
      },
      funnelCorrelationPersonConverted: false,
    })
  })
})
