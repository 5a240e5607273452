import type { components } from '@hedgerow/client'
import { http } from './client.ts'

export type Export = components['schemas']['ExportedAsset']
/** What is exported: a saved insight, or what a path or a query of the API answers. */
export type Exported = Pick<components['schemas']['NewExport'], 'insight' | 'export_context'>

/** Has a table made as CSV. */
export const startExport = (projectId: number, exported: Exported): Promise<Export> =>
  http.POST('/api/projects/{project_id}/exports/', {
    params: { path: { project_id: String(projectId) } },
    body: { ...exported, export_format: 'text/csv' },
  })

/** How far it is. */
export const getExport = (projectId: number, id: number): Promise<Export> =>
  http.GET('/api/projects/{project_id}/exports/{id}/', {
    params: { path: { project_id: String(projectId), id } },
  })

/** Where the file is once it is ready. */
export const exportAddress = (projectId: number, id: number): string =>
  `/api/projects/${projectId}/exports/${id}/content/?download=true`
