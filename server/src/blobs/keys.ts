import { invalid } from '../model/errors.ts'

/**
 * Letters, digits and `._-=@+` in each part; no part begins with a dot, so none can climb or hide.
 * @throws HedgerowError `invalid`.
 */
export function checkKey(key: string): void {
  if (key.length > 500 || !/^[\w\-=@+][\w.\-=@+]*(?:\/[\w\-=@+][\w.\-=@+]*)*$/.test(key)) {
    throw invalid(`"${key}" can't be the key of a blob.`)
  }
}
