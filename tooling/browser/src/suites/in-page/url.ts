/** The part of `node:url` that tests find files with. */
export function fileURLToPath(address: string | URL): string {
  const text = String(address);
  return text.startsWith('file:') ? decodeURIComponent(new URL(text).pathname) : text;
}
