import type { Draft, Question } from './draft.ts'
import type { TemplateName } from './search.ts'

type Template = { label: string; about: string } & Pick<Draft, 'name'> & { questions: Question[] }

/** What people mostly ask. */
export const templates: Record<TemplateName, Template> = {
  nps: {
    label: 'Net promoter score',
    about: 'Would people recommend you, and why?',
    name: 'Net promoter score',
    questions: [
      {
        type: 'rating',
        question: 'How likely are you to recommend us to a friend or colleague?',
        display: 'number',
        scale: 10,
        lowerBoundLabel: 'Unlikely',
        upperBoundLabel: 'Very likely',
      },
      { type: 'open', question: 'What is the main reason for your score?', optional: true },
    ],
  },
  satisfaction: {
    label: 'Satisfaction',
    about: 'Are people happy with something?',
    name: 'Satisfaction',
    questions: [
      {
        type: 'rating',
        question: 'How satisfied are you?',
        display: 'emoji',
        scale: 5,
        lowerBoundLabel: 'Not at all',
        upperBoundLabel: 'Very',
      },
      { type: 'open', question: 'What could be better?', optional: true },
    ],
  },
  fit: {
    label: 'Product-market fit',
    about: 'Would people miss your product?',
    name: 'Product-market fit',
    questions: [
      {
        type: 'single_choice',
        question: 'How would you feel if you could no longer use this product?',
        choices: ['Not disappointed', 'Somewhat disappointed', 'Very disappointed'],
      },
    ],
  },
  interview: {
    label: 'Interview',
    about: 'Send people to your calendar.',
    name: 'Interview',
    questions: [
      {
        type: 'link',
        question: 'Do you have half an hour to tell us how you work?',
        buttonText: 'Choose a time',
        link: 'https://',
      },
    ],
  },
  open: {
    label: 'Open question',
    about: 'A text in people’s own words.',
    name: 'Feedback',
    questions: [{ type: 'open', question: 'What can we do better?' }],
  },
}
