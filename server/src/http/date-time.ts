import { z } from 'zod'

/** A point in time as clients send one; without an offset it is UTC. Keep it as `toUtc` has it. */
export const DateTime = z.iso.datetime({ offset: true, local: true }).check((context) => {
  // What the database can hold, and ISO 8601 can say in four digits.
  if (/^(?!0000)\d{4}-/.test(toUtc(context.value))) return
  context.issues.push({ code: 'custom', message: 'Not a valid point in time.', input: context.value })
})

/** The same as ISO 8601 with microseconds and `Z`. */
export function toUtc(text: string): string {
  const [, whole, decimals = '', offset = 'Z'] =
    /^(.{16}(?::\d\d)?)(?:\.(\d+))?(Z|[+-].+)?$/i.exec(text) ?? []
  const time = new Date(`${whole}${offset}`)
  if (Number.isNaN(time.getTime())) return ''
  return `${time.toISOString().slice(0, -5)}.${decimals.slice(0, 6).padEnd(6, '0')}Z`
}
