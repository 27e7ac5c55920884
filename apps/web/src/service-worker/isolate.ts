import { isolationHeaders } from '../../site/headers.ts';

/** The response with the headers that isolate the page, for hosts that do not set them. */
export function isolate(response: Response): Response {
  const missing = Object.entries(isolationHeaders).filter(([name]) => !response.headers.has(name));
  const canBeMade = ['basic', 'default'].includes(response.type) && !response.redirected;
  if (missing.length === 0 || !canBeMade) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of missing) headers.set(name, value);
  const { status, statusText } = response;
  const hasBody = ![101, 204, 205, 304].includes(status);
  return new Response(hasBody ? response.body : null, { status, statusText, headers });
}
