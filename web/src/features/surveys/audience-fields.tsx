import {
  Checkbox,
  Group,
  MultiSelect,
  NativeSelect,
  SegmentedControl,
  Select,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { actionsQuery, eventNamesQuery } from '../../api/definitions.ts'
import { flagsQuery } from '../../api/flags.ts'
import { ConditionSets } from '../../ui/flag/condition-sets.tsx'
import { readFilters, variantsOf } from '../../ui/flag/filters.ts'
import { useNames } from '../../ui/flag/names.ts'
import { Problem } from '../../ui/problem.tsx'
import type { Conditions, Draft, Problems, Schedule } from './draft.ts'
import { NumberField } from './fields.tsx'
import styles from './surveys.module.css'
import { urlMatches } from './words.ts'

/** More flags than these are not offered. */
const MOST_FLAGS = 500

type Props = {
  projectId: number
  draft: Draft
  problems: Problems
  set: (next: Partial<Draft>) => void
}

/** Who is asked. */
export function WhoFields({ projectId, draft, problems, set }: Props): ReactNode {
  const names = useNames(projectId, draft.targeting ? [draft.targeting] : [])
  const flags = useQuery(flagsQuery(projectId, { order: 'key', limit: MOST_FLAGS }))
  const linked = flags.data?.results.find(({ id }) => id === draft.linked_flag_id)
  const variants = linked ? variantsOf(readFilters(linked.filters)) : []
  const known = (flags.data?.results ?? []).map(({ id, key }) => ({ value: String(id), label: key }))
  return (
    <>
      <div>
        <SegmentedControl
          aria-label="Who is asked"
          value={draft.targeting ? 'some' : 'all'}
          onChange={(value) =>
            set({
              targeting: value === 'all' ? null : { groups: [{ properties: [], rollout_percentage: 100 }] },
            })
          }
          data={[
            { value: 'all', label: 'Everybody' },
            { value: 'some', label: 'Some people' },
          ]}
        />
      </div>
      {draft.targeting && (
        <ConditionSets
          projectId={projectId}
          filters={draft.targeting}
          names={names}
          ownId={null}
          onlyPeople
          onChange={(targeting) => set({ targeting })}
        />
      )}
      <Problem error={problems.targeting} />
      <Select
        label="Only people with the feature flag"
        placeholder="Any"
        clearable
        searchable
        nothingFoundMessage="No such flag"
        data={known}
        value={draft.linked_flag_id === null ? null : String(draft.linked_flag_id)}
        onChange={(id) => {
          const { linkedFlagVariant: _, ...conditions } = draft.conditions
          set({ linked_flag_id: id === null ? null : Number(id), conditions: conditions as Conditions })
        }}
      />
      {variants.length > 0 && (
        <NativeSelect
          label="With the variant"
          value={draft.conditions.linkedFlagVariant ?? 'any'}
          data={[{ value: 'any', label: 'Any' }, ...variants.map(({ key }) => ({ value: key, label: key }))]}
          onChange={(event) =>
            set({ conditions: { ...draft.conditions, linkedFlagVariant: event.currentTarget.value } })
          }
        />
      )}
    </>
  )
}

const devices = ['Desktop', 'Mobile', 'Tablet']

/** Where and when it is shown. */
export function WhereFields({ projectId, draft, set }: Props): ReactNode {
  const events = useQuery(eventNamesQuery(projectId))
  const actions = useQuery(actionsQuery(projectId))
  const { conditions } = draft
  const change = (changes: Partial<Conditions>) => set({ conditions: { ...conditions, ...changes } })
  const eventNames = (conditions.events?.values ?? []).map(({ name }) => name)
  return (
    <>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <NativeSelect
          label="Address"
          w={150}
          value={conditions.urlMatchType ?? 'icontains'}
          data={Object.entries(urlMatches).map(([value, label]) => ({ value, label }))}
          onChange={(event) =>
            change({ urlMatchType: event.currentTarget.value as Conditions['urlMatchType'] })
          }
        />
        <TextInput
          style={{ flex: 1 }}
          aria-label="Address of the page"
          placeholder="Every page"
          value={conditions.url ?? ''}
          onChange={(event) => change({ url: event.currentTarget.value.trim() })}
        />
      </Group>
      <TextInput
        label="Only where the page has this element"
        placeholder=".checkout or #plan"
        classNames={{ input: 'mono' }}
        value={conditions.selector ?? ''}
        onChange={(event) => change({ selector: event.currentTarget.value })}
      />
      <Checkbox.Group
        label="Devices"
        description="None chosen is all of them."
        value={conditions.deviceTypes ?? []}
        onChange={(deviceTypes) => change({ deviceTypes })}
      >
        <Group gap="md" mt={4}>
          {devices.map((device) => (
            <Checkbox key={device} value={device} label={device} />
          ))}
        </Group>
      </Checkbox.Group>
      <TagsInput
        label="After one of these events"
        placeholder={eventNames.length ? undefined : 'At once'}
        data={(events.data ?? []).map(({ name }) => name)}
        maxDropdownHeight={220}
        limit={50}
        acceptValueOnBlur
        value={eventNames}
        onChange={(names) =>
          change({
            events: names.length
              ? {
                  ...conditions.events,
                  values: names.map(
                    (name) => conditions.events?.values.find((one) => one.name === name) ?? { name },
                  ),
                }
              : null,
          })
        }
      />
      {eventNames.length > 0 && (
        <Switch
          label="Each time that one is captured"
          description="Else once for each person."
          checked={conditions.events?.repeatedActivation ?? false}
          onChange={({ currentTarget: { checked } }) =>
            change({
              events: {
                ...conditions.events,
                values: conditions.events?.values ?? [],
                repeatedActivation: checked,
              },
            })
          }
        />
      )}
      {(actions.data?.length ?? 0) > 0 && (
        <MultiSelect
          label="Or after one of these actions"
          data={(actions.data ?? []).map(({ id, name }) => ({
            value: String(id),
            label: name || `Action ${id}`,
          }))}
          searchable
          value={(conditions.actions?.values ?? []).map(({ id }) => String(id))}
          onChange={(ids) =>
            change({ actions: ids.length ? { values: ids.map((id) => ({ id: Number(id) })) } : null })
          }
        />
      )}
      <div className={styles.two}>
        <NumberField
          label="Wait, in seconds"
          description="Once all of that holds."
          value={draft.appearance.surveyPopupDelaySeconds}
          onChange={(seconds) =>
            set({ appearance: { ...draft.appearance, surveyPopupDelaySeconds: seconds } })
          }
        />
        <NumberField
          label="Days after any other survey"
          description="Who saw one is left alone so long."
          value={conditions.seenSurveyWaitPeriodInDays}
          onChange={(days) => change({ seenSurveyWaitPeriodInDays: days })}
        />
      </div>
    </>
  )
}

/** How often people are asked, and when it ends. */
export function ScheduleFields({ draft, problems, set }: Props): ReactNode {
  return (
    <>
      <NativeSelect
        label="Each person is asked"
        value={draft.schedule}
        data={[
          { value: 'once', label: 'once' },
          { value: 'recurring', label: 'several times' },
          { value: 'always', label: 'whenever its conditions hold' },
        ]}
        onChange={({ currentTarget: { value } }) =>
          set({
            schedule: value as Schedule,
            iteration_count: value === 'recurring' ? (draft.iteration_count ?? 2) : null,
            iteration_frequency_days: value === 'recurring' ? (draft.iteration_frequency_days ?? 30) : null,
          })
        }
      />
      {draft.schedule === 'recurring' && (
        <div className={styles.two}>
          <NumberField
            label="How many times"
            value={draft.iteration_count}
            error={problems.schedule}
            onChange={(iteration_count) => set({ iteration_count })}
          />
          <NumberField
            label="Days between"
            value={draft.iteration_frequency_days}
            onChange={(iteration_frequency_days) => set({ iteration_frequency_days })}
          />
        </div>
      )}
      <div className={styles.two}>
        <NumberField
          label="Ends after so many responses"
          description="Looked at every few minutes; empty for no end."
          value={draft.responses_limit}
          onChange={(limit) => set({ responses_limit: limit || null })}
        />
      </div>
      <Switch
        label="Keep answers of those who stop halfway"
        description="Each answer is sent at once, not with the last question."
        checked={draft.enable_partial_responses}
        onChange={(event) => set({ enable_partial_responses: event.currentTarget.checked })}
      />
    </>
  )
}
