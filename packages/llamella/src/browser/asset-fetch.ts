import type { Fetch } from '@llamella/hub';
import { createBrowserFetch } from '@llamella/hub/browser';
import { sha256, weightsFiles } from '@llamella/model-smollm2-135m-instruct';

/** Its names are those of no server: requests are answered from where a bundler put the files. */
const PLACE = `https://smollm2-${sha256[0]!.slice(0, 12)}.invalid`;

const assets = new Map<string, { readonly address: string; readonly hash: string }>(
  weightsFiles.map((address, index) => {
    // A bundler may have given the file another name.
    const part = String(index + 1).padStart(5, '0');
    const count = String(weightsFiles.length).padStart(5, '0');
    const name = `SmolLM2-135M-Instruct.Q4_1-${part}-of-${count}.gguf`;
    return [`${PLACE}/${name}`, { address: address.href, hash: sha256[index]! }] as const;
  }),
);

/** The URL by which the hub knows the embedded model. */
export const EMBEDDED_URL = [...assets.keys()][0]!;

/** `fetch` for the hub: the embedded model comes from the page's own origin, and its hashes are known. */
export function createAssetFetch(send: Fetch = createBrowserFetch()): Fetch {
  return async (url, options) => {
    const asset = assets.get(url);
    if (asset === undefined) return send(url, options);
    const response = await send(asset.address, options);
    const headers = new Headers(response.headers);
    headers.set('x-linked-etag', `"${asset.hash}"`);
    const { status, statusText } = response;
    return new Response(response.body, { status, statusText, headers });
  };
}
