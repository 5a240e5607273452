import type { components } from '@hedgerow/client'

export type Feature = components['schemas']['EarlyAccessFeature']
export type Stage = Feature['stage']

/** The stages in the order in which features go through them, and what each means for people. */
export const stages: Record<Stage, { label: string; color: string; about: string }> = {
  draft: {
    label: 'Draft',
    color: 'gray',
    about: 'Nobody is told of it; the flag’s conditions alone decide.',
  },
  concept: {
    label: 'Concept',
    color: 'gray',
    about: 'People can say that they want it. Nobody gets it by that; the flag’s conditions alone decide.',
  },
  alpha: { label: 'Alpha', color: 'blue', about: 'Who joins has it, who leaves does not.' },
  beta: {
    label: 'Beta',
    color: 'blue',
    about: 'Who joins has it, who leaves does not. SDKs list it unasked.',
  },
  'general-availability': {
    label: 'General availability',
    color: 'blue',
    about: 'Who joined keeps it, who left does not have it. For everybody else open its flag.',
  },
  archived: { label: 'Archived', color: 'gray', about: 'Put away; the flag’s conditions alone decide.' },
}
