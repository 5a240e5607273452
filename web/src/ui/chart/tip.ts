/** What a tooltip says, built of elements, never of HTML text: names come from whoever may send events. */
export function tipOf(name: string, value: string): HTMLElement {
  const box = element('div', 'chart-tip')
  const row = element('div', 'chart-tip-row')
  row.append(element('i', ''), element('span', '', name), element('b', '', value))
  box.append(row)
  return box
}

export function element(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.textContent = text
  return made
}
