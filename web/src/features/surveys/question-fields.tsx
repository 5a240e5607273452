import { Button, NativeSelect, Switch, Text, Textarea, TextInput } from '@mantine/core'
import { IconArrowUp, IconPlus, IconX } from '@tabler/icons-react'
import { Fragment, type ReactNode } from 'react'
import { OrderButton, OrderButtons } from '../../ui/order-buttons.tsx'
import { Problem } from '../../ui/problem.tsx'
import {
  answersOf,
  type Branching,
  type Problems,
  type Question,
  rearranged,
  type Target,
  withChoices,
  withType,
} from './draft.ts'
import styles from './surveys.module.css'
import { questionTypes } from './words.ts'

const MOST_QUESTIONS = 50
const MOST_CHOICES = 100

/** The questions in the order in which they are asked. */
export function QuestionsEditor({
  questions,
  problems,
  onChange,
  onFocus,
}: {
  questions: Question[]
  problems: Problems
  onChange: (questions: Question[]) => void
  /** The question that is being written; the preview shows it. */
  onFocus: (at: number) => void
}): ReactNode {
  const order = questions.map((_, at) => at)
  const reorder = (next: (number | Question)[]) => onChange(rearranged(questions, next))
  const move = (from: number, to: number) => {
    reorder(order.toSpliced(from, 1).toSpliced(to, 0, from))
    onFocus(to)
  }
  const isFull = questions.length >= MOST_QUESTIONS
  return (
    <>
      {questions.map((question, at) => (
        <fieldset
          // biome-ignore lint/suspicious/noArrayIndexKey: a question is the place that it has in the list
          key={at}
          className={styles.question}
          aria-label={`Question ${at + 1}`}
          onFocus={() => onFocus(at)}
        >
          <div className={styles.head}>
            <Text size="sm" fw={500}>
              Question {at + 1}
            </Text>
            <NativeSelect
              size="xs"
              aria-label={`Type of question ${at + 1}`}
              value={question.type}
              data={Object.entries(questionTypes).map(([value, label]) => ({ value, label }))}
              onChange={(event) =>
                onChange(
                  questions.with(at, withType(question, event.currentTarget.value as Question['type'])),
                )
              }
            />
            <OrderButtons
              what={`question ${at + 1}`}
              at={at}
              count={questions.length}
              most={MOST_QUESTIONS}
              onMove={(to) => move(at, to)}
              onDuplicate={() => {
                onChange(duplicated(questions, at))
                onFocus(at + 1)
              }}
              onRemove={() => {
                reorder(order.toSpliced(at, 1))
                onFocus(Math.max(0, at - 1))
              }}
            />
          </div>
          <QuestionFields
            question={question}
            at={at}
            questions={questions}
            problem={problems[`question-${at}`]}
            onChange={(next) => onChange(questions.with(at, next))}
          />
        </fieldset>
      ))}
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={isFull}
          onClick={() => {
            onChange([...questions, { type: 'open', question: '' }])
            onFocus(questions.length)
          }}
        >
          Add a question
        </Button>
      </div>
    </>
  )
}

/** A copy behind the question itself, with answers of its own. */
function duplicated(questions: Question[], at: number): Question[] {
  const { id: _, branching: __, ...copy } = questions[at]!
  const order: (number | Question)[] = questions.map((_question, index) => index)
  return rearranged(questions, order.toSpliced(at + 1, 0, copy as Question))
}

function QuestionFields({
  question,
  at,
  questions,
  problem,
  onChange,
}: {
  question: Question
  at: number
  questions: Question[]
  problem: string | undefined
  onChange: (question: Question) => void
}): ReactNode {
  const set = (changes: Partial<Question>) => onChange({ ...question, ...changes })
  const isOwnPlace = problem !== undefined && question.question.trim() !== ''
  return (
    <>
      <TextInput
        label="Question"
        required
        value={question.question}
        error={isOwnPlace ? undefined : problem}
        onChange={(event) => set({ question: event.currentTarget.value })}
      />
      <Textarea
        label="Description"
        autosize
        minRows={1}
        value={question.description ?? ''}
        onChange={(event) => set({ description: event.currentTarget.value || null })}
      />
      {question.type === 'link' && (
        <TextInput
          label="Link"
          placeholder="https://cal.example.com/you"
          value={question.link ?? ''}
          onChange={(event) => set({ link: event.currentTarget.value.trim() })}
        />
      )}
      {question.type === 'rating' && <RatingFields question={question} set={set} />}
      {(question.type === 'single_choice' || question.type === 'multiple_choice') && (
        <ChoiceFields question={question} onChange={onChange} />
      )}
      <Problem error={isOwnPlace && problem} />
      <div className={styles.two}>
        <TextInput
          label="Text of the button"
          placeholder={question.type === 'link' ? 'Open' : 'Submit'}
          value={question.buttonText ?? ''}
          onChange={(event) => set({ buttonText: event.currentTarget.value || null })}
        />
        <Switch
          mt={26}
          label="May be left out"
          checked={question.optional ?? false}
          onChange={(event) => set({ optional: event.currentTarget.checked })}
        />
      </div>
      <BranchingFields question={question} at={at} questions={questions} set={set} />
    </>
  )
}

type Fields = { question: Question; set: (changes: Partial<Question>) => void }

const scales = { number: [5, 7, 10], emoji: [2, 3, 5] }
const scaleNames: Record<number, string> = {
  2: 'Thumbs up or down',
  3: '1 to 3',
  5: '1 to 5',
  7: '1 to 7',
  10: '0 to 10',
}

function RatingFields({ question, set }: Fields): ReactNode {
  const display = question.display ?? 'number'
  // answers have other names on another scale
  const rescale = (next: Partial<Question>) =>
    set({
      ...next,
      ...(question.branching?.type === 'response_based' && { branching: { type: 'next_question' } }),
    })
  return (
    <div className={styles.two}>
      <NativeSelect
        label="Shown as"
        value={display}
        data={[
          { value: 'number', label: 'Numbers' },
          { value: 'emoji', label: 'Faces' },
        ]}
        onChange={({ currentTarget: { value } }) =>
          rescale({ display: value as 'number' | 'emoji', scale: 5 })
        }
      />
      <NativeSelect
        label="Scale"
        value={String(question.scale ?? 5)}
        data={scales[display].map((scale) => ({ value: String(scale), label: scaleNames[scale]! }))}
        onChange={(event) => rescale({ scale: Number(event.currentTarget.value) })}
      />
      <TextInput
        label="The lowest means"
        placeholder="Unlikely"
        value={question.lowerBoundLabel ?? ''}
        onChange={(event) => set({ lowerBoundLabel: event.currentTarget.value })}
      />
      <TextInput
        label="The highest means"
        placeholder="Very likely"
        value={question.upperBoundLabel ?? ''}
        onChange={(event) => set({ upperBoundLabel: event.currentTarget.value })}
      />
    </div>
  )
}

function ChoiceFields({
  question,
  onChange,
}: {
  question: Question
  onChange: (question: Question) => void
}): ReactNode {
  const choices = question.choices ?? []
  const order = choices.map((_, at) => at)
  const reorder = (next: number[]) =>
    onChange(
      withChoices(
        question,
        next.map((at) => choices[at] ?? ''),
        next,
      ),
    )
  const { hasOpenChoice = false } = question
  return (
    <>
      {choices.map((choice, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a choice is the place that it has in the list
        <div key={at} className={styles.choice}>
          <TextInput
            size="sm"
            aria-label={`Choice ${at + 1}`}
            placeholder={
              hasOpenChoice && at === choices.length - 1 ? 'Other: a text of their own' : `Choice ${at + 1}`
            }
            value={choice}
            onChange={(event) =>
              onChange({ ...question, choices: choices.with(at, event.currentTarget.value) })
            }
          />
          <OrderButton
            label={`Move choice ${at + 1} up`}
            icon={IconArrowUp}
            disabled={at === 0}
            onClick={() => reorder(order.toSpliced(at, 1).toSpliced(at - 1, 0, at))}
          />
          <OrderButton
            label={`Remove choice ${at + 1}`}
            icon={IconX}
            disabled={choices.length === 1}
            onClick={() => reorder(order.toSpliced(at, 1))}
          />
        </div>
      ))}
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={choices.length >= MOST_CHOICES}
          onClick={() => onChange({ ...question, choices: [...choices, ''] })}
        >
          Add a choice
        </Button>
      </div>
      <div className={styles.two}>
        <Switch
          label="The last is a text of their own"
          checked={hasOpenChoice ?? false}
          onChange={(event) => onChange({ ...question, hasOpenChoice: event.currentTarget.checked })}
        />
        <Switch
          label="Shuffle the choices"
          checked={question.shuffleOptions ?? false}
          onChange={(event) => onChange({ ...question, shuffleOptions: event.currentTarget.checked })}
        />
      </div>
    </>
  )
}

/** What comes after an answer. */
function BranchingFields({
  question,
  at,
  questions,
  set,
}: Fields & { at: number; questions: Question[] }): ReactNode {
  const { branching } = question
  const answers = answersOf(question)
  const isLast = at === questions.length - 1
  if (questions.length === 1 && !branching) return null
  const byAnswer = branching?.type === 'response_based'
  const targets = [
    { value: 'next_question', label: isLast ? 'The end' : 'The next question' },
    ...(isLast ? [] : [{ value: 'end', label: 'The end' }]),
    ...questions.flatMap((one, index) =>
      index === at ? [] : [{ value: String(index), label: `${index + 1}. ${one.question || 'Question'}` }],
    ),
  ]
  return (
    <>
      <NativeSelect
        label="Then"
        value={byAnswer ? 'response_based' : targetText(branching)}
        data={[
          ...targets,
          ...(answers.length ? [{ value: 'response_based', label: 'Depends on the answer' }] : []),
        ]}
        onChange={({ currentTarget: { value } }) => set({ branching: branchingTo(value) })}
      />
      {byAnswer && (
        <div className={styles.branch}>
          {answers.map(({ value, label }) => (
            <Fragment key={value}>
              <span className="cut">{label}</span>
              <NativeSelect
                size="xs"
                aria-label={`After ${label}`}
                value={String(branching.responseValues?.[value] ?? 'next_question')}
                data={targets}
                onChange={({ currentTarget: { value: to } }) =>
                  set({
                    branching: {
                      ...branching,
                      responseValues: { ...branching.responseValues, [value]: targetOf(to) },
                    },
                  })
                }
              />
            </Fragment>
          ))}
        </div>
      )}
    </>
  )
}

const targetOf = (text: string): Target => (text === 'end' || text === 'next_question' ? text : Number(text))

const targetText = (branching: Branching | null | undefined): string =>
  branching?.type === 'specific_question' ? String(branching.index) : (branching?.type ?? 'next_question')

function branchingTo(value: string): Branching | undefined {
  if (value === 'response_based') return { type: 'response_based', responseValues: {} }
  const target = targetOf(value)
  if (typeof target === 'number') return { type: 'specific_question', index: target }
  return target === 'end' ? { type: 'end' } : undefined
}
