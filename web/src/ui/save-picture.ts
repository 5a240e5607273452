import type { PictureWords } from './chart/picture.ts'
import { sayFailed } from './undo.tsx'

/** Has a part of the page saved as a picture; a message says where that fails. What draws it is loaded then. */
export async function savePicture(part: HTMLElement | null, words: PictureWords): Promise<void> {
  try {
    const { saveAsPicture } = await import('./chart/picture.ts')
    await saveAsPicture(part, words)
  } catch (error) {
    sayFailed(error)
  }
}
