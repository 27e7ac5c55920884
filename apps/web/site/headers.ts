/** Without these two a page has no `SharedArrayBuffer`, and WebAssembly one thread only. */
export const isolationHeaders: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  // Downloads from other origins are CORS requests, which `require-corp` lets through.
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const policy: Readonly<Record<string, string>> = {
  'default-src': "'self'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'connect-src': "'self' https:",
  'style-src': "'self'",
  'img-src': "'self' data: blob:",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
};

const policyText = Object.entries(policy)
  .map(([directive, sources]) => `${directive} ${sources}`)
  .join('; ');

/** The content security policy as a `<meta>` element can have it, for hosts that set no headers. */
export const metaPolicy = policyText;

/** Headers of every answer. */
export const siteHeaders: Readonly<Record<string, string>> = {
  ...isolationHeaders,
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': `${policyText}; frame-ancestors 'none'`,
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** `Cache-Control` by the beginning of a path; the first that fits counts. */
export const cacheRules: readonly (readonly [prefix: string, value: string])[] = [
  // Names with a hash of the contents.
  ['/assets/', 'public, max-age=31536000, immutable'],
  // The page keeps them in its own file system; a second copy would only take room.
  ['/models/', 'no-store'],
  ['/', 'no-cache'],
];

/** @returns `Cache-Control` of the file at this path, which begins with a slash */
export function cacheControl(path: string): string {
  return cacheRules.find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'no-cache';
}

/** The file `_headers`, which Netlify, Cloudflare Pages and others read. */
export function headersFile(): string {
  const block = (path: string, headers: readonly (readonly [string, string])[]) =>
    [path, ...headers.map(([name, value]) => `  ${name}: ${value}`)].join('\n');
  // Several blocks that fit one path are merged, so that the general cache rule must not be among them.
  const blocks = [
    block('/*', Object.entries(siteHeaders)),
    ...cacheRules
      .filter(([prefix]) => prefix !== '/')
      .map(([prefix, value]) => block(`${prefix}*`, [['Cache-Control', value]])),
  ];
  return `${blocks.join('\n\n')}\n`;
}
