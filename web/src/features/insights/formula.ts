import { letter } from '../../api/questions.ts'

/** What is wrong with a formula over so many series, before it is asked; null for nothing that can be seen here. */
export function wrongInFormula(text: string, series: number): string | null {
  const strange = /[^A-Za-z0-9+\-*/().,\s]/.exec(text)?.[0]
  if (strange) return `‘${strange}’ means nothing here. Use letters, numbers and + - * / ( ).`
  const word = /[A-Za-z]{2,}/.exec(text)?.[0]
  if (word) return `‘${word}’ isn't a series. Use their letters.`
  const last = letter(series - 1)
  const missing = text
    .toUpperCase()
    .match(/[A-Z]/g)
    ?.find((one) => one > last)
  if (missing) return `There's no series ${missing}. You have ${series > 1 ? `A to ${last}` : 'A'}.`
  return null
}
