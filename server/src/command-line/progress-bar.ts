const width = 30
/** Of a hundred, between two lines where lines can't be written over. */
const step = 10

type Out = { isTTY?: boolean; write(text: string): unknown }

/**
 * How far something is: a bar that grows on a terminal, else a line now and then.
 * @param now milliseconds since 1970
 */
export function createProgressBar(out: Out, now: () => number = Date.now) {
  const begun = now()
  let note = ''
  let lastStep = -1
  let isOpen = false

  return {
    /** @param share from 0 to 1 */
    show(share: number, what: string): void {
      const percent = Math.floor(share * 100)
      const left = share > 0.02 ? ((now() - begun) / share) * (1 - share) : null
      const words = note || (left === null ? '' : `${Math.ceil(left / 1000)} s left`)
      const text = `${String(percent).padStart(3)} %  ${what}${words && `  ${words}`}`
      if (out.isTTY) {
        const full = Math.round(share * width)
        out.write(`\r\x1b[K${'█'.repeat(full)}${'░'.repeat(width - full)} ${text}`)
        isOpen = true
      } else if (Math.floor(percent / step) > lastStep) {
        lastStep = Math.floor(percent / step)
        out.write(`${text}\n`)
      }
    },
    /** Says that instead of how long it will take. */
    say(words: string): void {
      note = words
    },
    /** What is written next stands in a line of its own. */
    end(): void {
      if (isOpen) out.write('\r\x1b[K')
    },
  }
}
