/** The part of `node:crypto` that tests use: hashes of texts, which the server of `node-modules-in-page.ts` computes. */
export function createHash(algorithm: string) {
  let text = '';
  const hash = {
    update(more: string) {
      text += more;
      return hash;
    },
    digest(_encoding: 'hex'): string {
      const sent = new XMLHttpRequest();
      sent.open('POST', `/@test-files/?hash=${algorithm}`, false);
      sent.send(text);
      return sent.responseText;
    },
  };
  return hash;
}
