/** Is one. */
export const one = 1;
