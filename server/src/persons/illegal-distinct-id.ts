/**
 * Distinct ids that are a client's mistake and that many people share: they are stored, but never merged
 * (upstream's list).
 */
const inAnyCase = [
  'anonymous',
  'guest',
  'distinctid',
  'distinct_id',
  'id',
  'not_authenticated',
  'email',
  'undefined',
  'true',
  'false',
]
const asWritten = ['[object Object]', 'NaN', 'None', 'none', 'null', '0', 'undefined']

const quoted = (id: string) => [id, `'${id}'`, `"${id}"`]
const lowerCase = new Set(inAnyCase.flatMap(quoted))
const exact = new Set(asWritten.flatMap(quoted))

export const isIllegalDistinctId = (id: string) =>
  id.trim() === '' || lowerCase.has(id.toLowerCase()) || exact.has(id)

const furtherInV1 = new Set(
  [
    ...inAnyCase,
    ...asWritten,
    '00000000-0000-0000-0000-000000000000',
    'anonymous-user',
    'backend',
    'system',
    'user',
  ].flatMap((id) => quoted(id.toLowerCase())),
)

/** Capture V1's longer list, in any case: such an event is stored without a person (upstream's rule). */
export const isIllegalV1DistinctId = (id: string) =>
  id.trim() === '' || furtherInV1.has(id.trim().toLowerCase())
