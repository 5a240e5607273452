import { and, arithmetic, array, call, compare, constant, type Expr, field, lambda } from '../hogql/ast.ts'

/** Sets of bucket numbers (from 0), as expressions: what retention keeps of an actor. */
export type BucketSets = {
  /** Aggregate: the buckets in which a condition holds (always, where it is undefined) at least so often. */
  collect(bucket: Expr, condition: Expr | undefined, enough: number): Expr
  /** The set of this bucket, or the empty one. */
  oneIf(condition: Expr, bucket: Expr): Expr
  /** The buckets as an array. */
  list(set: Expr): Expr
  /** How long after `start` the buckets are, as an array: 0, whether it is there or not, and what is in 1 … `below` - 1. */
  gaps(set: Expr, start: Expr, below: number): Expr
}

/** One less than a number has bits, for a calendar that is one bucket off. */
export const widestBits = 63

const bit = (number: Expr) => call('bitShiftLeft', call('toUInt64', constant(1)), number)

/** Each bucket is a bit of a 64-bit number: an actor costs 8 bytes, and a shift finds all gaps at once. */
export const bits: BucketSets = {
  collect: (bucket, condition) =>
    condition ? call('groupBitOrIf', bit(bucket), condition) : call('groupBitOr', bit(bucket)),
  oneIf: (condition, bucket) => call('if', condition, bit(bucket), call('toUInt64', constant(0))),
  list: (set) => call('bitPositionsToArray', set),
  gaps(set, start, below) {
    const later = call('bitShiftRight', set, start)
    const asked =
      below > widestBits ? later : call('bitAnd', later, call('toUInt64', constant(2n ** BigInt(below) - 1n)))
    return call('bitPositionsToArray', call('bitOr', asked, call('toUInt64', constant(1))))
  },
}

/** Arrays: for any number of buckets, and where it matters how often. */
export const lists: BucketSets = {
  collect(bucket, condition, enough) {
    const all = (name: string, ...of: Expr[]) =>
      condition ? call(`${name}If`, ...of, condition) : call(name, ...of)
    if (enough === 1) return all('groupUniqArray', bucket)
    const counted = all('sumMap', array(bucket), array(constant(1)))
    const isEnough = compare(field('times'), '>=', constant(enough))
    return call(
      'arrayFilter',
      lambda(['at', 'times'], isEnough),
      call('tupleElement', counted, constant(1)),
      call('tupleElement', counted, constant(2)),
    )
  },
  oneIf: (condition, bucket) => call('if', condition, array(bucket), array()),
  list: (set) => set,
  gaps(set, start, below) {
    const isAsked = and(compare(field('gap'), '>', constant(0)), compare(field('gap'), '<', constant(below)))!
    const later = call('arrayMap', lambda(['at'], arithmetic(field('at'), '-', start)), set)
    return call('arrayConcat', array(constant(0)), call('arrayFilter', lambda(['gap'], isAsked), later))
  },
}
