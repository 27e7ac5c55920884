import * as http from 'node:http';
import * as https from 'node:https';
import { Readable } from 'node:stream';
import { UnsupportedError } from '@llamella/spec';
import type { Fetch } from '../platform.ts';

const proxyNames = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'];
const emptyStatuses = new Set([101, 204, 205, 304]);

/** Whether an environment names a proxy. */
export function hasProxy(environment: Readonly<Record<string, string | undefined>>): boolean {
  return proxyNames.some((name) => environment[name]);
}

/**
 * A `fetch` for GET that goes through the proxies of an environment: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, as
 * Node's own agents read them. It follows no redirects itself.
 *
 * @throws {UnsupportedError} when this Node has no such agents: before 22.21, or 24.0 to 24.4
 */
export function createProxyFetch(environment: Readonly<Record<string, string | undefined>>): Fetch {
  if (!supportsProxies(process.versions.node)) {
    throw new UnsupportedError(
      `a proxy (${proxyNames.filter((name) => environment[name]).join(', ')}) in Node ${process.versions.node}`,
      'use Node 22.21 or 24.5 or later, or unset the variable',
    );
  }
  // Types of Node 24.0 do not know the option.
  const settings = { keepAlive: true, proxyEnv: environment } as http.AgentOptions;
  const agents = { http: new http.Agent(settings), https: new https.Agent(settings) };
  return (url, { headers, signal }) =>
    new Promise((resolve, reject) => {
      const isSecure = url.startsWith('https:');
      const agent = isSecure ? agents.https : agents.http;
      const request = (isSecure ? https : http).get(url, { headers, signal, agent }, (answer) => {
        answer.on('error', () => {});
        const status = answer.statusCode ?? 0;
        const all = new Headers();
        for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
          all.append(answer.rawHeaders[i]!, answer.rawHeaders[i + 1]!);
        }
        const body = emptyStatuses.has(status) ? null : (Readable.toWeb(answer) as ReadableStream);
        resolve(new Response(body, { status, headers: all }));
      });
      request.on('error', reject);
    });
}

function supportsProxies(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);
}
