import { blobs } from '../blobs/folder.ts'
export const log = blobs
