import { z } from 'zod'

/** Tags as a body gives them; `setTags` tidies them. */
export const GivenTags = z
  .array(z.string().max(255))
  .max(200)
  .describe('All tags from now on; kept trimmed, in lower case, each once.')

/** A parameter of lists. */
export const AnyOfTags = z
  .array(z.string().max(255))
  .max(200)
  .optional()
  .describe('Only those with any of these tags: `["growth", "q3"]`, or one as it is.')

/** Tags as an answer shows them. */
export const Tags = z.array(z.string()).describe('In lower case, each once.')
