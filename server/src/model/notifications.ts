/** Channels on which processes tell each other, through the database, what has changed. */

/** Types of properties: the payload is the projects' ids, separated by commas; empty for any. */
export const propertyTypesChannel = 'property_types'

/** What feature flags are made of (flags, cohorts, group types): the payload is a project's id, or empty for any. */
export const flagDefinitionsChannel = 'flag_definitions'
