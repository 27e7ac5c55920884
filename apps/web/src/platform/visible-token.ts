/** A token with its blanks and line breaks made visible. */
export function visibleToken(text: string): string {
  return text === '' ? '∅' : text.replaceAll('\n', '↵').replaceAll('\t', '⇥').replace(/^ | $/g, '␣');
}
