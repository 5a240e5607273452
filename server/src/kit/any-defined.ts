/** Whether any value of an object is not undefined: whether an update has something to set. */
export const anyDefined = (values: object): boolean =>
  Object.values(values).some((value) => value !== undefined)
