/**
 * The command that a mistyped word most likely means: one letter after the first changed, added, left out, or two
 * swapped.
 */
export function findSimilarCommand(word: string, commands: readonly string[]): string | undefined {
  return commands.find((command) => command[0] === word[0] && isOneEditAway(word, command));
}

function isOneEditAway(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  if (a.length > b.length) return restA.slice(1) === restB;
  if (a.length < b.length) return restA === restB.slice(1);
  const swapped = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return swapped || restA.slice(1) === restB.slice(1);
}
