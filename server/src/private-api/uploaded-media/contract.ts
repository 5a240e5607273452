import { z } from 'zod'
import { operation } from '../../http/operation.ts'

export const uploadMedia = operation({
  access: 'project',
  // as what it is for
  scope: 'dashboard:write',
  id: 'uploaded_media_create',
  method: 'POST',
  path: '/api/projects/:project_id/uploaded_media/',
  tags: ['uploaded_media'],
  summary: 'Upload a picture',
  description:
    'For texts on dashboards: PNG, JPEG, GIF or WebP, at most 4 MB, as the file `image` of a form. Whoever has the address that is answered can see it, without a key.',
  body: z.object({ image: z.unknown().optional().describe('The file.') }).meta({ id: 'MediaUpload' }),
  status: 201,
  answer: z
    .object({
      id: z.uuid().describe('Names the picture; the last part of its address.'),
      image_location: z.string().describe('Where it is, absolute.'),
      name: z.string().describe('What the file was called.'),
    })
    .meta({ id: 'UploadedMedia' }),
  errors: [400, 415],
})
