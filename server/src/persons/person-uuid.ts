import { v5 } from 'uuid'

const namespace = '932979b4-65c3-4424-8467-0b66ec27bc22'

/**
 * The uuid of the person that a distinct id stands for until it is merged into another. The same as upstream's, so
 * that anonymous events, which have no person row, and an import from there keep their history.
 */
export const personUuid = (projectId: number, distinctId: string) =>
  v5(`${projectId}:${distinctId}`, namespace)
