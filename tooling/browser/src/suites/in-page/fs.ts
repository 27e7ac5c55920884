/** The part of `node:fs` that tests read files with, in a page, from the server of `node-modules-in-page.ts`. */
import { Buffer } from 'buffer';
import { fileURLToPath } from './url.ts';

export function existsSync(path: string | URL): boolean {
  return request('exists', path).status === 200;
}

export function readdirSync(path: string | URL): string[] {
  return JSON.parse(Buffer.from(bytesOf('list', path)).toString());
}

export function readFileSync(path: string | URL, encoding?: BufferEncoding): Buffer | string {
  const bytes = Buffer.from(bytesOf(`${path}`.endsWith('.br') ? 'brotli' : 'read', path));
  return encoding === undefined ? bytes : bytes.toString(encoding);
}

/** Files are known by their paths. */
export function openSync(path: string | URL): string {
  return String(path);
}

export function closeSync(): void {}

export function readSync(path: string, target: Uint8Array, at: number, length: number, from: number): number {
  const bytes = bytesOf(`from=${from}&length=${length}`, path);
  target.set(bytes, at);
  return bytes.length;
}

function bytesOf(what: string, path: string | URL): Uint8Array {
  const { status, responseText } = request(what, path);
  if (status !== 200) throw new Error(`${path}: ${status}`);
  return Uint8Array.from(responseText, (character) => character.charCodeAt(0));
}

/** A page can wait for text only; bytes come as the lower halves of its characters. */
function request(what: string, path: string | URL): XMLHttpRequest {
  const sent = new XMLHttpRequest();
  sent.open('GET', `/@test-files${encodeURI(fileURLToPath(path))}?${what}`, false);
  sent.overrideMimeType('text/plain; charset=x-user-defined');
  sent.send();
  return sent;
}
