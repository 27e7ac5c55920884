const longest = 60;

/** A title made of the first words of a question. */
export function titleFrom(question: string): string {
  const line = question
    .replaceAll(/[`*_#>]+/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (line === '') return 'New conversation';
  const characters = [...line];
  if (characters.length <= longest) return line;
  const cut = characters.slice(0, longest).join('');
  const word = cut.lastIndexOf(' ');
  return `${word > longest / 2 ? cut.slice(0, word) : cut}…`;
}
