const mebibyte = 1024 ** 2

/** Fewer bytes than any event that is refused has. */
export const smallestLimit = mebibyte

/** Most bytes of JSON that one event may have; those of language models carry whole conversations. */
export const maxEventBytes = (name: unknown): number => (isAiEvent(name) ? 8 * mebibyte : mebibyte)

export const isAiEvent = (name: unknown): boolean => typeof name === 'string' && name.startsWith('$ai_')
