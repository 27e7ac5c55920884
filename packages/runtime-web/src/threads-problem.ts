/**
 * Why operators can use one thread only, as the end of a sentence; `undefined` where they can use several.
 *
 * Threads are workers that share one `WebAssembly.Memory`, which browsers allow on isolated pages. WebKit may refuse to
 * send it to a worker even there, and the module would then wait for its threads for ever.
 */
export function threadsProblem(): string | undefined {
  if (!globalThis.crossOriginIsolated) {
    return 'the page is served without Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';
  }
  const { port1, port2 } = new MessageChannel();
  try {
    port1.postMessage(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
    return undefined;
  } catch {
    return 'this browser does not let workers share memory';
  } finally {
    port1.close();
    port2.close();
  }
}
