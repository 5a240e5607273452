/** What each type of ingestion warning means and what to do about it; an unknown one is shown by its name alone. */
export const warningWords: Record<string, { title: string; help: string }> = {
  invalid_process_person_profile: {
    title: 'Unclear whether an event is a person’s',
    help: '$process_person_profile must be true or false. It was taken for true.',
  },
  invalid_event_when_process_person_profile_is_false: {
    title: 'An event about a person that said it is not about one',
    help: '$identify, $create_alias and $groupidentify with $process_person_profile: false mean nothing and were dropped.',
  },
  ignored_invalid_timestamp: {
    title: 'Time that can’t be read',
    help: 'The event was stored with the time at which it arrived. Send ISO 8601, such as 2026-03-01T12:00:00Z.',
  },
  event_timestamp_in_future: {
    title: 'Time in the future',
    help: 'The event said it happened more than 23 hours ahead, and was stored with the time at which it arrived. Look at the clock of the sender.',
  },
  timestamp_clamped: {
    title: 'Time before 1970',
    help: 'The event was stored with the first moment of 1970.',
  },
  cannot_merge_with_illegal_distinct_id: {
    title: 'Identified with an id that is nobody’s',
    help: 'Ids such as “null”, “anonymous” or “0” are a client’s mistake that many people share; merging them would make one person of all. The event was stored without the merge.',
  },
  cannot_merge_already_identified: {
    title: 'Two identified people were not merged',
    help: 'Somebody who is identified is not merged into somebody else. Call reset() when a user logs out; if they really are one, send $merge_dangerously.',
  },
  person_properties_size_violation: {
    title: 'Person properties are too large',
    help: 'The person’s properties would be over 1 MB and were not changed. The event was stored.',
  },
  group_key_too_long: {
    title: 'Group key is too long',
    help: 'Keys of groups have at most 400 characters. The group was not changed.',
  },
  client_ingestion_warning: {
    title: 'An SDK warns',
    help: 'The SDK itself sent this; the message is in the details.',
  },
}

/** Why an event could not be processed, for people. */
export const reasonWords: Record<string, string> = {
  unreadable_record: 'What is in the log can’t be read.',
  not_an_object: 'It is no object.',
  no_event_name: 'It has no name.',
  no_distinct_id: 'It has no distinct id.',
  step_failed: 'A fault of Hedgerow.',
  refused_by_database: 'The database does not take it.',
  refused_by_warehouse: 'The warehouse does not take it.',
}
