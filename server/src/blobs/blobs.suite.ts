import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Blobs } from './blobs.ts'

/** What every home of blobs must do. `make` gives an empty one. */
export function blobsSuite(make: () => Promise<{ blobs: Blobs; cleanUp: () => Promise<void> }>): void {
  describe('blobs', () => {
    let blobs: Blobs
    let cleanUp: () => Promise<void>
    beforeAll(async () => {
      ;({ blobs, cleanUp } = await make())
    })
    afterAll(() => cleanUp())

    it('gives back what was put', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
          await blobs.put('round/trip.bin', bytes)
          expect(new Uint8Array((await blobs.get('round/trip.bin'))!)).toEqual(bytes)
        }),
        { numRuns: 20 },
      )
    })

    it('replaces an existing key', async () => {
      await blobs.put('twice', Buffer.from('a longer first text'))
      await blobs.put('twice', Buffer.from('second'))
      expect(Buffer.from((await blobs.get('twice'))!).toString()).toBe('second')
    })

    it('knows nothing of other keys', async () => {
      await blobs.put('here/it.is', Buffer.from('x'))

      expect(await blobs.get('here')).toBeNull()
      await blobs.delete('here')
      expect(await blobs.get('there')).toBeNull()
      expect(await blobs.get('here/it.is/not')).toBeNull()
      expect(await blobs.get('here/it.is')).not.toBeNull()
    })

    it('forgets what was deleted, twice over', async () => {
      await blobs.put('gone/soon', Buffer.from('x'))
      await blobs.delete('gone/soon')
      await blobs.delete('gone/soon')
      await blobs.delete('never/was')
      expect(await blobs.get('gone/soon')).toBeNull()
    })

    it('lists keys under a prefix, sorted', async () => {
      for (const key of ['list/b/2', 'list/a', 'list/b/10', 'listless', 'list/bc'])
        await blobs.put(key, Buffer.from('x'))
      expect(await blobs.list('list/')).toEqual(['list/a', 'list/b/10', 'list/b/2', 'list/bc'])
      expect(await blobs.list('list/b')).toEqual(['list/b/10', 'list/b/2', 'list/bc'])
      expect(await blobs.list('list')).toContain('listless')
      expect(await blobs.list('nowhere/')).toEqual([])
    })

    it('keeps one of two writes whole when both come at once', async () => {
      const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(300_000))
      await Promise.all(texts.map((text) => blobs.put('race', Buffer.from(text))))
      expect(texts).toContain(Buffer.from((await blobs.get('race'))!).toString())
    })

    it('takes and gives pieces', async () => {
      const text = Array.from({ length: 40_000 }, (_, line) => `line ${line}, of a long file\r\n`).join('')
      await blobs.write('pieces/long.csv', piecesOf(Buffer.from(text), 70_000))
      const read = (await blobs.read('pieces/long.csv'))!
      expect(read.size).toBe(Buffer.byteLength(text))
      expect(await wholeOf(read.pieces)).toBe(text)
      expect(Buffer.from((await blobs.get('pieces/long.csv'))!).toString()).toBe(text)
      await blobs.write('pieces/none', piecesOf(Buffer.alloc(0), 1))
      expect((await blobs.read('pieces/none'))!.size).toBe(0)
      expect(await blobs.read('pieces')).toBeNull()
      expect(await blobs.read('pieces/other')).toBeNull()
    })

    it('leaves what was there when pieces end with a failure', async () => {
      await blobs.put('broken/off', Buffer.from('as it was'))
      const failing = async function* () {
        yield Buffer.from('half')
        throw new Error('no more')
      }
      await expect(blobs.write('broken/off', failing())).rejects.toThrow('no more')
      expect(Buffer.from((await blobs.get('broken/off'))!).toString()).toBe('as it was')
      await expect(blobs.write('broken/new', failing())).rejects.toThrow('no more')
      expect(await blobs.get('broken/new')).toBeNull()
    })

    it.each(['', '/', '../up', 'a/../b', 'a//b', '/etc/passwd', 'a/', '.tmp/x', 'a/.hidden', 'a\0b', 'a\\b'])(
      'refuses the key %j',
      async (key) => {
        await expect(blobs.put(key, Buffer.from('x'))).rejects.toThrow('key of a blob')
        await expect(blobs.get(key)).rejects.toThrow('key of a blob')
        await expect(blobs.delete(key)).rejects.toThrow('key of a blob')
      },
    )
  })
}

async function* piecesOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function wholeOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all).toString()
}
