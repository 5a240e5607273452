import { Readable } from 'node:stream'
import { eq } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import type { Blobs } from '../../blobs/blobs.ts'
import type { Database } from '../../database/database.ts'
import { uploadedMedia } from '../../database/schema.ts'
import { UploadedFile } from '../../http/multipart.ts'
import { route } from '../../http/operation.ts'
import { isUuid } from '../../kit/uuid.ts'
import { HedgerowError, invalid, notFound } from '../../model/errors.ts'
import { uploadMedia } from './contract.ts'
import { pictureOf } from './pictures.ts'

type Deps = { database: Database; blobs: Blobs }

const mostBytes = 4 * 1024 ** 2
const keyOf = ({ projectId, id }: { projectId: number; id: string }) => `media/${projectId}/${id}`

/** Pictures that are uploaded, and the public addresses at which they are. */
export const uploadedMediaRoutes =
  ({ database, blobs }: Deps) =>
  async (app: FastifyInstance) => {
    const { db } = database

    route(app, uploadMedia, async ({ project, user, body, request, reply }) => {
      const { image } = body
      if (!(image instanceof UploadedFile)) {
        throw invalid('An image must be provided', { code: 'no-image-provided', attr: 'image' })
      }
      const { content, filename } = image
      if (content.length > mostBytes) {
        throw invalid('Uploaded media must be less than 4MB', { code: 'file_too_large', attr: 'image' })
      }
      if (
        /[.](?:svgz?|html?|xml)$/i.test(filename) ||
        /^\s*<(?:\?xml|!doctype|svg|html)/i.test(content.toString('latin1', 0, 200))
      ) {
        throw new HedgerowError(
          'unsupported_media_type',
          'Uploaded media must be an image: PNG, JPEG, GIF or WebP.',
        )
      }
      const picture = pictureOf(content)
      if (!picture) {
        throw invalid('Uploaded media must be a valid image', { code: 'invalid_image', attr: 'image' })
      }
      const id = crypto.randomUUID()
      await blobs.put(keyOf({ projectId: project.id, id }), content)
      const name = filename.replace(/^.*[\\/]/, '').slice(0, 200) || 'image'
      await db.insert(uploadedMedia).values({
        id,
        projectId: project.id,
        createdBy: user.id,
        name,
        contentType: picture.type,
        size: content.length,
      })
      const location = `${app.publicOrigin(request)}/uploaded_media/${id}`
      reply.header('location', location)
      return { id, image_location: location, name }
    })

    app.get<{ Params: { id: string } }>('/uploaded_media/:id', async (request, reply) => {
      const { id } = request.params
      const [row] = isUuid(id) ? await db.select().from(uploadedMedia).where(eq(uploadedMedia.id, id)) : []
      const file = row && (await blobs.read(keyOf(row)))
      if (!row || !file) throw notFound()
      return reply
        .type(row.contentType)
        .headers({
          'content-length': file.size,
          // It never changes; and it is a picture and nothing else, whatever a browser would make of it.
          'cache-control': 'public, max-age=31536000, immutable',
          'content-security-policy': "default-src 'none'; sandbox",
          'cross-origin-resource-policy': 'cross-origin',
          'content-disposition': 'inline',
        })
        .send(Readable.from(file.pieces))
    })
  }
