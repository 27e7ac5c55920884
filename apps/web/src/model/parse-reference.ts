/** What was typed into the field for a model, or a sentence about what is wrong with it. */
export type ParsedReference =
  | { readonly reference: string; readonly label: string }
  | { readonly error: string };

const hub = /^(?:hf:)?([\w.-]+\/[\w.-]+)((?:@[\w./-]+)?(?::[\w./ -]+)?)$/;
const hubPage = /^https:\/\/huggingface\.co\/([\w.-]+\/[\w.-]+)\/?(?:tree\/[^?#]*)?(?:[?#].*)?$/;

/** Understands URLs, `hf:owner/repository[@revision][:file]`, `owner/repository` and pages of the Hugging Face Hub. */
export function parseReference(text: string, base: string): ParsedReference {
  const typed = text.trim();
  if (typed === '') return { error: 'Type a link to a model file, or a Hugging Face repository.' };
  const page = hubPage.exec(typed);
  if (page) return { reference: `hf:${page[1]}`, label: page[1]! };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) return parseUrl(typed);
  if (/^\.{0,2}\//.test(typed)) return parseUrl(new URL(typed, base).href);
  const match = hub.exec(typed);
  if (match) return { reference: `hf:${match[1]}${match[2]}`, label: `${match[1]}${match[2]}` };
  return {
    error:
      'This is neither a link nor a repository. A link begins with https://, a repository looks like owner/name or hf:owner/name:Q4_K_M.',
  };
}

function parseUrl(text: string): ParsedReference {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return {
      error: 'This link cannot be read. Copy the whole address of the file, beginning with https://.',
    };
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { error: `Models are loaded from https:// links, not from ${url.protocol}//.` };
  const name = decodeSafely(url.pathname.split('/').filter(Boolean).at(-1) ?? url.host);
  return { reference: url.href, label: name };
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
