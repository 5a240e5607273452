import { lookOf } from '../palette.ts'

/** What stands on the picture besides what is drawn. */
export type PictureWords = {
  title: string
  /** Which days, and in which time zone. */
  about: string
  /** The series of a chart whose names stand elsewhere on the page. */
  legend?: { label: string; slot: number }[]
}

/** Twice as sharp as a plain screen, unless that is more than a browser can draw. */
const SCALE = 2
const MOST_PIXELS = 12_000
const MARGIN = 24
const NARROWEST = 360
const TITLE = { font: '600 18px', height: 26 }
const ABOUT = { font: '400 13px', height: 22 }
const LEGEND = { font: '400 13px', height: 22, swatch: 10, gap: 20 }
const LONGEST_NAME = 80

/**
 * A part of the page as a picture, in the colours that it has there, with its title, dates and legend. What scrolls is
 * unfolded. Elements say by `data-picture` what becomes of them: `never` is left out, and of what is only drawn `as-seen`
 * the items that are scrolled out of sight.
 */
export async function pictureOf(part: HTMLElement, words: PictureWords): Promise<Blob | null> {
  const copy = copyOf(part)
  try {
    const drawn = boundsOf(copy.root)
    const places = copy.blanks.map(({ blank }) => blank.getBoundingClientRect())
    const [image, charts] = await Promise.all([
      imageOf(copy.root, drawn),
      Promise.all(copy.blanks.map(({ chart }) => canvasOf(chart))),
    ])
    return await paper(part, words, drawn, (sheet, top) => {
      sheet.drawImage(image, MARGIN, top, drawn.width, drawn.height)
      for (const [at, chart] of charts.entries()) {
        const { x, y, width, height } = places[at]!
        if (chart) sheet.drawImage(chart, MARGIN + x - drawn.x, top + y - drawn.y, width, height)
      }
    })
  } finally {
    copy.remove()
  }
}

/** The title, what it is about, the drawing, and below it the legend. */
async function paper(
  part: HTMLElement,
  { title, about, legend = [] }: PictureWords,
  drawn: Bounds,
  draw: (sheet: CanvasRenderingContext2D, top: number) => void,
): Promise<Blob | null> {
  const style = getComputedStyle(part)
  const ink = (name: string) => style.getPropertyValue(name).trim()
  const scheme = document.documentElement.dataset.mantineColorScheme === 'dark' ? 'dark' : 'light'
  const canvas = document.createElement('canvas')
  const sheet = canvas.getContext('2d')
  if (!sheet) return null
  const measure = (text: string) => sheet.measureText(text).width
  const family = style.fontFamily
  const width = Math.max(drawn.width, NARROWEST) + 2 * MARGIN
  const inside = width - 2 * MARGIN
  sheet.font = `${LEGEND.font} ${family}`
  const lines = legendLines(legend, inside, measure)
  const top = MARGIN + TITLE.height + ABOUT.height + 8
  const height = top + drawn.height + (lines.length > 0 ? 12 + lines.length * LEGEND.height : 0) + MARGIN
  const scale = Math.min(SCALE, MOST_PIXELS / Math.max(width, height))
  canvas.width = width * scale
  canvas.height = height * scale
  sheet.scale(scale, scale)
  sheet.fillStyle = ink('--surface')
  sheet.fillRect(0, 0, width, height)
  sheet.textBaseline = 'top'
  sheet.fillStyle = ink('--text')
  sheet.font = `${TITLE.font} ${family}`
  sheet.fillText(cut(title, inside, measure), MARGIN, MARGIN)
  sheet.fillStyle = ink('--muted')
  sheet.font = `${ABOUT.font} ${family}`
  sheet.fillText(cut(about, inside, measure), MARGIN, MARGIN + TITLE.height)
  draw(sheet, top)
  sheet.font = `${LEGEND.font} ${family}`
  for (const [row, line] of lines.entries()) {
    const y = top + drawn.height + 12 + row * LEGEND.height
    for (const { label, slot, x } of line) {
      sheet.fillStyle = lookOf(slot, scheme).color
      sheet.fillRect(MARGIN + x, y + 2, LEGEND.swatch, LEGEND.swatch)
      sheet.fillStyle = ink('--text')
      sheet.fillText(label, MARGIN + x + LEGEND.swatch + 6, y)
    }
  }
  return new Promise((done) => canvas.toBlob(done, 'image/png'))
}

type Placed = { label: string; slot: number; x: number }

/** The legend's names one behind the other, in as many lines as they need. */
function legendLines(
  legend: NonNullable<PictureWords['legend']>,
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

type Bounds = { x: number; y: number; width: number; height: number }
type Copy = {
  root: HTMLElement
  /** Where charts stand that draw on a canvas, and the elements on the page that they draw into. */
  blanks: { chart: HTMLElement; blank: HTMLElement }[]
  remove(): void
}

/** The same once more, out of sight, as it would be if there was room for all of it. */
function copyOf(part: HTMLElement): Copy {
  const root = part.cloneNode(true) as HTMLElement
  const host = document.createElement('div')
  host.inert = true
  host.style.cssText = `position: fixed; left: -30000px; top: 0; width: ${part.offsetWidth}px; height: ${part.offsetHeight}px`
  host.append(root)
  const twins = root.querySelectorAll<HTMLElement>('*')
  const pairs = [...part.querySelectorAll<HTMLElement>('*')].map((one, at) => [one, twins[at]!] as const)
  const charts = pairs.filter(([one]) => one.hasAttribute('_echarts_instance_'))
  const goes = new Set<Element>()
  for (const [one, twin] of pairs) {
    if (one.dataset.picture === 'never') goes.add(twin)
    if (one.tagName === 'SELECT') showChoice(one as unknown as HTMLSelectElement, twin)
    const scrolls = one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1
    if (scrolls && /auto|scroll/.test(getComputedStyle(one).overflow)) {
      if (one.closest('[data-picture="as-seen"]')) {
        const bottom = one.getBoundingClientRect().bottom
        for (const [item, its] of pairs) {
          if (item.tagName === 'LI' && one.contains(item) && item.getBoundingClientRect().bottom > bottom) {
            goes.add(its)
          }
        }
      } else {
        twin.style.height = 'auto'
        twin.style.maxHeight = 'none'
      }
      twin.style.overflow = 'visible'
    }
    // a chart that takes what is left of its column would have nothing left
    if (charts.some(([chart]) => one.contains(chart))) twin.style.minHeight = `${one.offsetHeight}px`
  }
  const blanks = charts.map(([chart, twin]) => {
    const blank = document.createElement('div')
    blank.style.cssText = `width: ${chart.offsetWidth}px; height: ${chart.offsetHeight}px`
    twin.replaceWith(blank)
    return { chart, blank }
  })
  for (const element of goes) element.remove()
  // beside the original, where the same rules hold
  part.after(host)
  host.style.width = `${Math.max(part.offsetWidth, boundsOf(root).width)}px`
  return { root, blanks, remove: () => host.remove() }
}

/** What is chosen, as text. */
function showChoice(select: HTMLSelectElement, twin: HTMLElement): void {
  const text = document.createElement('strong')
  text.textContent = select.selectedOptions[0]?.textContent ?? ''
  // its wrapper has room for an arrow
  ;(twin.parentElement ?? twin).replaceChildren(text)
}

/** All that something takes, with what is out of its box. */
function boundsOf(root: HTMLElement): Bounds {
  const own = root.getBoundingClientRect()
  let { right, bottom } = own
  for (const one of root.querySelectorAll('*')) {
    const box = one.getBoundingClientRect()
    // what is only for screen readers takes no room
    if (box.width <= 1 && box.height <= 1) continue
    right = Math.max(right, box.right)
    bottom = Math.max(bottom, box.bottom)
  }
  return { x: own.x, y: own.y, width: Math.ceil(right - own.x), height: Math.ceil(bottom - own.y) }
}

/** What ECharts draws in an element. */
async function canvasOf(element: HTMLElement): Promise<HTMLCanvasElement | undefined> {
  // it is there once a chart is drawn, and no reason to load it with the page
  const { getInstanceByDom } = await import('echarts/core')
  return getInstanceByDom(element)?.renderToCanvas({
    pixelRatio: SCALE,
    backgroundColor: getComputedStyle(element).getPropertyValue('--surface').trim(),
  })
}

/** How elements look; of a picture of them the browser knows no rules. */
const looks = [
  ...['display', 'position', 'top', 'right', 'bottom', 'left', 'float', 'z-index', 'box-sizing'],
  ...['width', 'height', 'min-width', 'min-height', 'max-width', 'max-height', 'margin', 'padding'],
  ...['border', 'border-top', 'border-right', 'border-bottom', 'border-left', 'border-radius'],
  ...['border-collapse', 'border-spacing', 'outline', 'outline-offset', 'table-layout', 'vertical-align'],
  ...['background', 'color', 'opacity', 'overflow', 'visibility', 'transform', 'clip', 'clip-path'],
  ...['font-family', 'font-size', 'font-weight', 'font-style', 'font-variant-numeric', 'line-height'],
  ...['letter-spacing', 'text-align', 'text-transform'],
  ...['text-overflow', 'text-indent', 'white-space', 'overflow-wrap', 'word-break', 'list-style'],
  ...['flex', 'flex-direction', 'flex-wrap', 'align-items', 'align-content', 'align-self'],
  ...['justify-content', 'justify-items', 'justify-self', 'gap', 'grid-template-rows', 'order'],
  ...['grid-template-columns', 'grid-auto-rows', 'grid-auto-columns', 'grid-auto-flow', 'grid-area'],
  ...['-webkit-line-clamp', '-webkit-box-orient', 'fill', 'fill-opacity', 'stroke', 'stroke-width'],
  ...['stroke-opacity', 'stroke-dasharray', 'stroke-dashoffset', 'rx', 'ry', 'text-anchor'],
]

/** Elements as an image: an SVG that holds them, which the browser draws. Nothing in it is loaded or run. */
async function imageOf(root: HTMLElement, { width, height }: Bounds): Promise<HTMLImageElement> {
  const all = [root, ...root.querySelectorAll<HTMLElement>('*')]
  const styles = all.map((one) => {
    const style = getComputedStyle(one)
    const said = looks.map((name) => `${name}:${style.getPropertyValue(name)}`)
    if (style.getPropertyValue('-webkit-line-clamp') !== 'none') said.push('display:-webkit-box')
    // in a picture there is nothing to click on
    if (one.tagName === 'BUTTON' || one.tagName === 'A') said.push('text-decoration:none')
    if (one === root) said.push('margin:0', 'position:static')
    return said.join(';')
  })
  // the cells of a table look alike
  const names = new Map([...new Set(styles)].map((style, at) => [style, `s${at}`]))
  for (const [at, one] of all.entries()) {
    one.removeAttribute('style')
    one.setAttribute('class', names.get(styles[at]!)!)
  }
  const rules = [...names].map(([style, name]) => `.${name}{${style}}`).join('')
  const inside = new XMLSerializer().serializeToString(root)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><style><![CDATA[${rules}]]></style><foreignObject width="100%" height="100%">${inside}</foreignObject></svg>`
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(wellFormed(svg))}`
  await image.decode()
  return image
}

/** Without what XML may not hold: names come from whoever may send events. */
const wellFormed = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these it is about
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '�')

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

/**
 * Has a part of the page saved as a picture.
 * @throws Error where there is nothing drawn yet, or the browser can't draw it.
 */
export async function saveAsPicture(part: HTMLElement | null, words: PictureWords): Promise<void> {
  const picture = part && (await pictureOf(part, words))
  if (!picture) throw new Error('The chart is not drawn yet.')
  savePicture(picture, words.title)
}
