import { expect, it } from 'vitest'
import { readRows } from './cells.ts'

it.each<[type: string, cell: unknown, expected: unknown]>([
  ['UInt64', '42', 42],
  ['Nullable(Int64)', '-42', -42],
  ['Nullable(Int64)', null, null],
  ['UInt64', '18446744073709551615', '18446744073709551615'],
  ['UInt8', 7, 7],
  ['String', '42', '42'],
  ['LowCardinality(String)', '42', '42'],
  ['Array(UInt64)', ['1', '2'], [1, 2]],
  ['Array(Array(Nullable(UInt64)))', [['1', null]], [[1, null]]],
  ['Tuple(String, UInt64)', ['1', '2'], ['1', 2]],
  ['Tuple(a String, b UInt64)', { a: '1', b: '2' }, { a: '1', b: 2 }],
  ["Tuple(DateTime64(6, 'UTC'), UInt64)", ['2020-01-02 03:04:05.000000', '0'], ['2020-01-02T03:04:05Z', 0]],
  ['Map(String, UInt64)', { a: '1' }, { a: 1 }],
  ["DateTime64(6, 'UTC')", '2020-01-02 03:04:05.600000', '2020-01-02T03:04:05.600000Z'],
  ["DateTime64(6, 'UTC')", '2020-01-02 03:04:05.000000', '2020-01-02T03:04:05Z'],
  ["Nullable(DateTime('Asia/Tokyo'))", '2020-01-02 03:04:05', '2020-01-02T03:04:05+09:00'],
  ['Date', '2020-01-02', '2020-01-02'],
  ['Float64', null, null],
])('%s %j', (type, cell, expected) => {
  expect(readRows([{ type }], [[cell]])).toEqual([[expected]])
})
