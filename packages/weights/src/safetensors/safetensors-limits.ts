/** Upper bounds on what a file may ask for, beside its own size. */

/** Longest header in bytes, as in the format's own reader; an index file is held to the same. */
export const maximumHeaderLength = 100_000_000;
export const maximumTensorCount = 1_048_576;
export const maximumDimensions = 64;
/** Deepest nesting of objects and arrays; headers have three levels. */
export const maximumDepth = 8;
