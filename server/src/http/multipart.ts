import { invalid } from '../model/errors.ts'

/** A file that came in a form. */
export class UploadedFile {
  readonly filename: string
  readonly content: Buffer
  constructor(filename: string, content: Buffer) {
    this.filename = filename
    this.content = content
  }
}

const headersEnd = Buffer.from('\r\n\r\n')
const mostParts = 100

/**
 * The fields of a `multipart/form-data` body (RFC 7578): text, or a file where a filename is given. Of a name that
 * is there twice the last one counts. The body is in memory as a whole already, within the limit of all bodies.
 * @throws HedgerowError `invalid` where it is cut off or no such form.
 */
export function parseMultipart(body: Buffer, contentType: string): Record<string, string | UploadedFile> {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType)
  const broken = (why: string) => invalid(`Multipart form parse error - ${why}`, { code: 'parse_error' })
  if (!boundary) throw broken('Invalid boundary in multipart: None')
  const delimiter = Buffer.from(`--${boundary[1] ?? boundary[2]}`)
  const between = Buffer.concat([Buffer.from('\r\n'), delimiter])
  const fields: [string, string | UploadedFile][] = []
  // What stands before the first delimiter is for readers who know no multipart.
  let at = body.indexOf(delimiter)
  if (at < 0) throw broken('no part was found')
  at += delimiter.length
  while (body.subarray(at, at + 2).toString('latin1') !== '--') {
    if (fields.length === mostParts) throw broken(`more than ${mostParts} parts`)
    const start = body.indexOf(headersEnd, at)
    const end = start < 0 ? -1 : body.indexOf(between, start + 2)
    if (end < 0) throw broken('a part is cut off')
    const headers = body.subarray(at, start).toString('utf8')
    const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? ''
    const name = parameter(disposition, 'name')
    if (name === undefined) throw broken('a part has no name')
    const content = body.subarray(Math.min(start + headersEnd.length, end), end)
    const filename = parameter(disposition, 'filename')
    fields.push([
      name,
      filename === undefined ? content.toString('utf8') : new UploadedFile(filename, content),
    ])
    at = end + between.length
  }
  return Object.fromEntries(fields)
}

const parameter = (disposition: string, name: string) =>
  new RegExp(`;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(disposition)?.[1]
