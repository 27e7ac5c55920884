// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controlCharacters = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Removes what a terminal would execute, such as escape sequences, from text that comes from a model or a file.
 * Line feeds and tabs stay.
 */
export function toPrintable(text: string): string {
  return text.replace(controlCharacters, '');
}
