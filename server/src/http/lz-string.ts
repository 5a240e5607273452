/**
 * Reads what `LZString.compressToBase64` writes, as posthog-js sent it until 2020. The lz-string package does the
 * same without a bound, and a few kilobytes of it can stand for gigabytes.
 *
 * @returns null for text that is not of this form.
 * @throws RangeError when more than `maxLength` UTF-16 units come out.
 */
export function decompressLzString(text: string, maxLength: number): string | null {
  const reader = bitReader(text)
  // Codes 0 to 2 are not entries: a new 8-bit unit, a new 16-bit unit, the end.
  const dictionary: string[] = ['', '', '']
  let width = 2
  let untilWider = 1
  let length = 0
  let previous = ''
  const parts: string[] = []

  const counted = () => {
    if (--untilWider > 0) return
    untilWider = 2 ** width
    width++
  }

  for (;;) {
    let code = reader.bits(width)
    if (code === 2) return parts.join('')
    if (reader.exhausted()) return null
    if (code < 2) {
      dictionary.push(String.fromCharCode(reader.bits(code === 0 ? 8 : 16)))
      code = dictionary.length - 1
      counted()
    }
    const entry: string | undefined =
      dictionary[code] ?? (code === dictionary.length ? previous + previous.charAt(0) : undefined)
    if (!entry) return null
    length += entry.length
    if (length > maxLength) throw new RangeError('too much comes out')
    parts.push(entry)
    if (previous !== '') {
      dictionary.push(previous + entry.charAt(0))
      counted()
    }
    previous = entry
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const sixBits = new Int8Array(128)
for (const [value, letter] of [...alphabet].entries()) sixBits[letter.charCodeAt(0)] = value

/** Six bits a letter, highest first; numbers have their lowest bit first. */
function bitReader(text: string) {
  let at = 0
  let letter = 0
  let mask = 0
  return {
    bits(count: number): number {
      let value = 0
      for (let place = 0; place < count; place++) {
        if (mask === 0) {
          letter = sixBits[text.charCodeAt(at++)] ?? 0
          mask = 32
        }
        if (letter & mask) value |= 1 << place
        mask >>= 1
      }
      return value
    },
    exhausted: () => at > text.length,
  }
}
