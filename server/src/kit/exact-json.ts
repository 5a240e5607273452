/**
 * JSON text with integers that JavaScript would round written as strings, so that `JSON.parse` loses no digit.
 * Numbers that fit stay numbers, and so do decimals, which are rounded everywhere.
 */
export function quoteBigIntegers(json: string): string {
  // below 16 digits every integer fits
  if (!/\d{16}/.test(json)) return json
  return json.replace(/"(?:[^"\\]|\\[\s\S])*"|-?\d[\d.eE+-]*/g, (token) =>
    /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  )
}
