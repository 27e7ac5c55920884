/** Upper bounds on what a header may ask for, beside the size of the file itself. */

/** Longest string in bytes. Chat templates are thousands, tokens tens of bytes long. */
export const maximumStringLength = 2 ** 30;
/** Longest key or tensor name in bytes. The format allows keys of 65,535 bytes. */
export const maximumNameLength = 65_535;
export const maximumKeyCount = 65_536;
export const maximumTensorCount = 1_048_576;
/** ggml's own bound. */
export const maximumDimensions = 4;
export const maximumAlignment = 2 ** 30;
export const maximumSplitCount = 65_535;
