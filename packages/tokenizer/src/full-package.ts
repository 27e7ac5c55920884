/** What to do about what the byte-level build does not know. */
export const fullPackage = 'import @llamella/tokenizer instead';
