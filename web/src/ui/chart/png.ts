import { lookOf } from '../palette.ts'

/** What stands on the picture besides the chart. */
export type PictureWords = {
  title: string
  /** Which days, and in which time zone. */
  about: string
  legend: { label: string; slot: number }[]
}

const SCALE = 2
const MARGIN = 24
const TITLE = { font: '600 18px', height: 26 }
const ABOUT = { font: '400 13px', height: 22 }
const LEGEND = { font: '400 13px', height: 22, swatch: 10, gap: 20 }
const LONGEST_NAME = 80

/**
 * The chart in a part of the page as a picture, in the colours that it has there, with its title, dates and legend; twice
 * as sharp as a plain screen. Null where ECharts draws nothing.
 */
export async function pictureOf(part: HTMLElement, words: PictureWords): Promise<Blob | null> {
  // it is there once a chart is drawn, and no reason to load it with the page
  const { getInstanceByDom } = await import('echarts/core')
  const element = part.querySelector<HTMLElement>('[_echarts_instance_]')
  const chart = element && getInstanceByDom(element)
  if (!chart) return null
  const drawn = { width: chart.getWidth(), height: chart.getHeight() }
  const style = getComputedStyle(part)
  const ink = (name: string) => style.getPropertyValue(name).trim()
  const scheme = document.documentElement.dataset.mantineColorScheme === 'dark' ? 'dark' : 'light'
  const width = drawn.width + 2 * MARGIN
  const picture = document.createElement('canvas')
  const paper = picture.getContext('2d')
  if (!paper) return null
  const family = style.fontFamily
  paper.font = `${LEGEND.font} ${family}`
  const lines = legendLines(words.legend, width - 2 * MARGIN, (text) => paper.measureText(text).width)
  const top = MARGIN + TITLE.height + ABOUT.height + 8
  const height = top + drawn.height + (lines.length > 0 ? 12 + lines.length * LEGEND.height : 0) + MARGIN
  picture.width = width * SCALE
  picture.height = height * SCALE
  paper.scale(SCALE, SCALE)
  paper.fillStyle = ink('--surface')
  paper.fillRect(0, 0, width, height)
  paper.textBaseline = 'top'
  paper.fillStyle = ink('--text')
  paper.font = `${TITLE.font} ${family}`
  paper.fillText(
    cut(words.title, width - 2 * MARGIN, (text) => paper.measureText(text).width),
    MARGIN,
    MARGIN,
  )
  paper.fillStyle = ink('--muted')
  paper.font = `${ABOUT.font} ${family}`
  paper.fillText(words.about, MARGIN, MARGIN + TITLE.height)
  const image = chart.renderToCanvas({ pixelRatio: SCALE, backgroundColor: ink('--surface') })
  paper.drawImage(image, MARGIN, top, drawn.width, drawn.height)
  paper.font = `${LEGEND.font} ${family}`
  for (const [row, line] of lines.entries()) {
    const y = top + drawn.height + 12 + row * LEGEND.height
    for (const { label, slot, x } of line) {
      paper.fillStyle = lookOf(slot, scheme).color
      paper.fillRect(MARGIN + x, y + 2, LEGEND.swatch, LEGEND.swatch)
      paper.fillStyle = ink('--text')
      paper.fillText(label, MARGIN + x + LEGEND.swatch + 6, y)
    }
  }
  return new Promise((done) => picture.toBlob(done, 'image/png'))
}

type Placed = { label: string; slot: number; x: number }

/** The legend's names one behind the other, in as many lines as they need. */
function legendLines(
  legend: PictureWords['legend'],
  width: number,
  measure: (text: string) => number,
): Placed[][] {
  const lines: Placed[][] = []
  let x = Number.POSITIVE_INFINITY
  for (const { label, slot } of legend) {
    const text = cut(label, width - LEGEND.swatch - 6, measure)
    const takes = LEGEND.swatch + 6 + measure(text)
    if (x + takes > width) {
      lines.push([])
      x = 0
    }
    lines.at(-1)!.push({ label: text, slot, x })
    x += takes + LEGEND.gap
  }
  return lines
}

function cut(text: string, width: number, measure: (text: string) => number): string {
  if (measure(text) <= width) return text
  let end = text.length
  while (end > 1 && measure(`${text.slice(0, end)}…`) > width) end -= Math.ceil(end / 20)
  return `${text.slice(0, end)}…`
}

/** Lets the browser save it under a name made of the title. */
export function savePicture(picture: Blob, title: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(picture)
  const name = title
    .replace(/[^\p{L}\p{N}._-]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_NAME)
  link.download = `${name || 'chart'}.png`
  link.click()
  // the download has taken hold of it by then
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
