import { z } from 'zod'
import { operation } from '../../http/operation.ts'

export const listTags = operation({
  id: 'tags_list',
  method: 'GET',
  path: '/api/projects/:project_id/tags/',
  access: 'project',
  scope: 'project:read',
  tags: ['tags'],
  summary: 'List tags',
  description: 'The names of all tags that something in the project has.',
  answer: z.array(z.string()),
})
