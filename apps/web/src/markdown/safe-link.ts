const allowed: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/** The address of a link if it can be followed without harm: a model may write anything. */
export function safeLink(address: string): string | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  return allowed.has(url.protocol) ? url.href : undefined;
}
