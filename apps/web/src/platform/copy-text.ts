/** Puts a text onto the clipboard. @throws when the browser does not allow it */
export async function copyText(text: string): Promise<void> {
  // Pages that are not served safely have no clipboard.
  if (navigator.clipboard === undefined) throw new Error('there is no clipboard');
  await navigator.clipboard.writeText(text);
}
