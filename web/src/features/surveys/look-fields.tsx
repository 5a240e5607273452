import { NativeSelect, SegmentedControl, Switch, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Appearance, Draft, Problems } from './draft.ts'
import { ColorField } from './fields.tsx'
import styles from './surveys.module.css'
import { typeNames } from './words.ts'

type Props = { draft: Draft; problems: Problems; set: (next: Partial<Draft>) => void }

const offered = ['popover', 'widget', 'api'] as const
const typeHelp: Partial<Record<Draft['type'], string>> = {
  popover: 'Comes up in a corner of your page.',
  widget: 'People open it by a button.',
  api: 'SDKs do not show it: your own code asks, and captures the answers.',
}
const positions = {
  right: 'Bottom right',
  center: 'Bottom middle',
  left: 'Bottom left',
  middle_center: 'Middle of the page',
  top_right: 'Top right',
  top_center: 'Top middle',
  top_left: 'Top left',
}

/** How it is shown, and in which colours. */
export function LookFields({ draft, problems, set }: Props): ReactNode {
  const { appearance, type } = draft
  const change = (changes: Partial<Appearance>) => set({ appearance: { ...appearance, ...changes } })
  const color = (field: keyof Appearance & `${string}olor`, label: string, usual: string) => (
    <ColorField
      label={label}
      usual={usual}
      value={appearance[field] as string | undefined}
      onChange={(value) => change({ [field]: value })}
    />
  )
  const types: Draft['type'][] = [...offered, ...(offered.some((one) => one === type) ? [] : [type])]
  return (
    <>
      <div>
        <SegmentedControl
          aria-label="Shown as"
          value={type}
          onChange={(value) => set({ type: value as Draft['type'] })}
          data={types.map((value) => ({ value, label: typeNames[value] }))}
        />
        <p className="muted small" style={{ margin: '4px 0 0' }}>
          {typeHelp[type]}
        </p>
      </div>
      {type === 'widget' && (
        <div className={styles.two}>
          <NativeSelect
            label="Opened by"
            value={appearance.widgetType ?? 'tab'}
            data={[
              { value: 'tab', label: 'A tab at the edge' },
              { value: 'selector', label: 'An element of yours' },
            ]}
            onChange={(event) =>
              change({ widgetType: event.currentTarget.value as Appearance['widgetType'] })
            }
          />
          {appearance.widgetType === 'selector' ? (
            <TextInput
              label="Selector of the element"
              placeholder="#feedback"
              classNames={{ input: 'mono' }}
              value={appearance.widgetSelector ?? ''}
              error={problems.widget}
              onChange={(event) => change({ widgetSelector: event.currentTarget.value })}
            />
          ) : (
            <>
              <TextInput
                label="Label of the tab"
                placeholder="Feedback"
                value={appearance.widgetLabel ?? ''}
                onChange={(event) => change({ widgetLabel: event.currentTarget.value })}
              />
              {color('widgetColor', 'Colour of the tab', 'black')}
            </>
          )}
        </div>
      )}
      {type !== 'api' && (
        <>
          <div className={styles.two}>
            {type === 'popover' && (
              <NativeSelect
                label="Place"
                value={appearance.position ?? 'right'}
                data={Object.entries(positions).map(([value, label]) => ({ value, label }))}
                onChange={(event) => change({ position: event.currentTarget.value })}
              />
            )}
            <TextInput
              label="In empty text fields"
              placeholder="Start typing..."
              value={appearance.placeholder ?? ''}
              onChange={(event) => change({ placeholder: event.currentTarget.value || undefined })}
            />
            {color('backgroundColor', 'Background', '#eeeded')}
            {color('textColor', 'Text', '#020617')}
            {color('submitButtonColor', 'Button', 'black')}
            {color('submitButtonTextColor', 'Text of the button', 'white')}
            {color('ratingButtonColor', 'Ratings', 'white')}
            {color('ratingButtonActiveColor', 'Chosen rating', 'black')}
            {color('borderColor', 'Border', '#c9c6c6')}
          </div>
          <Switch
            label="Leave out “Survey by PostHog”"
            checked={appearance.whiteLabel ?? false}
            onChange={(event) => change({ whiteLabel: event.currentTarget.checked })}
          />
        </>
      )}
      <Switch
        label="Ask the questions in a new order each time"
        checked={appearance.shuffleQuestions ?? false}
        onChange={(event) => change({ shuffleQuestions: event.currentTarget.checked })}
      />
    </>
  )
}

/** What people read after their last answer. */
export function ThanksFields({ draft, set }: Omit<Props, 'problems'>): ReactNode {
  const { appearance } = draft
  const change = (changes: Partial<Appearance>) => set({ appearance: { ...appearance, ...changes } })
  const isShown = appearance.displayThankYouMessage ?? true
  return (
    <>
      <Switch
        label="Thank people after the last answer"
        checked={isShown}
        onChange={(event) => change({ displayThankYouMessage: event.currentTarget.checked })}
      />
      {isShown && (
        <>
          <TextInput
            label="Thanks"
            placeholder="Thank you for your feedback!"
            value={appearance.thankYouMessageHeader ?? ''}
            onChange={(event) => change({ thankYouMessageHeader: event.currentTarget.value })}
          />
          <Textarea
            label="More"
            autosize
            minRows={1}
            value={appearance.thankYouMessageDescription ?? ''}
            onChange={(event) => change({ thankYouMessageDescription: event.currentTarget.value })}
          />
          <div className={styles.two}>
            <TextInput
              label="Text of its button"
              placeholder="Close"
              value={appearance.thankYouMessageCloseButtonText ?? ''}
              onChange={(event) =>
                change({ thankYouMessageCloseButtonText: event.currentTarget.value || undefined })
              }
            />
            <Switch
              mt={26}
              label="Goes away by itself after 5 s"
              checked={appearance.autoDisappear ?? false}
              onChange={(event) => change({ autoDisappear: event.currentTarget.checked })}
            />
          </div>
        </>
      )}
    </>
  )
}
