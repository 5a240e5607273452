import { expect, test } from 'vitest'
import { harmIn } from './html.ts'

test.each([
  '',
  'a < b && c > d, 3 <4, <3',
  '<b>bold</b><br/><BR />',
  '<a href="https://x.test/?a=1&amp;b=2" target=\'_blank\'>x</a>',
  '<a href="/docs?a=1&b=2#top">x</a> <a href="mailto:a@x.test">y</a>',
  '<p style="color: red" title="a > b">x</p>'.replace(' > ', ' '),
  '<ol start="2"><li>x</li></ol>',
])('%s is harmless', (text) => {
  expect(harmIn(text)).toBeNull()
})

test.each([
  '<script>x</script>',
  '</script >',
  '<SCRIPT src="https://x.test"></SCRIPT>',
  '<svg/onload=alert(1)>',
  '<b/onclick="x">',
  '<b onclick="x">',
  '<b title=x onclick=y>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href=" jAvascript:alert(1)">x</a>',
  '<a href="java\nscript:alert(1)">x</a>',
  '<a href="javascript&#58;alert(1)">x</a>',
  '<a href="javascript&colon;alert(1)">x</a>',
  '<img src="data:image/svg+xml,x">',
  '<p style="background: url(https://x.test)">x</p>',
  '<p style="background: \\75rl(x)">x</p>',
  '<!-- x -->',
  '<?xml ?>',
  '<iframe></iframe>',
  '<form action="https://x.test"><input></form>',
  '<b',
  '<b title="x>y</b>',
  'x<math><mtext></mtext></math>',
])('%s is not', (text) => {
  expect(harmIn(text)).not.toBeNull()
})

test('a long text is read in no time', () => {
  const began = performance.now()
  harmIn(`<b ${'a '.repeat(200_000)}`)
  harmIn(`<b ${' '.repeat(200_000)}`)
  harmIn(`<b ${'a'.repeat(200_000)}`)
  harmIn('<b>'.repeat(100_000))
  expect(performance.now() - began).toBeLessThan(2_000)
})
