import { Suspense, use } from 'react';
import type { BrowserSupport } from '../model/llamella.ts';
import { loadLlamella } from '../model/load-llamella.ts';

let detected: Promise<BrowserSupport | undefined> | undefined;

function detect(): Promise<BrowserSupport | undefined> {
  detected ??= loadLlamella()
    .then(({ detectSupport }) => detectSupport())
    .catch(() => undefined);
  return detected;
}

/** What this browser can run, and why not. */
export function SupportNotes() {
  return (
    <section className="panel">
      <h3>This browser</h3>
      <Suspense fallback={<p className="hint">Looking…</p>}>
        <Facts />
      </Suspense>
    </section>
  );
}

function Facts() {
  const support = use(detect());
  if (support === undefined) return <p className="hint">What this browser can do could not be found out.</p>;
  const { webgpu, wasm, storage, notes } = support;
  const gpu = !webgpu.available
    ? `No: ${webgpu.reason ?? 'not available'}`
    : `Yes${webgpu.adapter ? `, ${webgpu.adapter}` : ''}${webgpu.software ? ' (computed by the processor)' : ''}${
        webgpu.float16 ? ', float16' : ', float32 only'
      }`;
  const threads =
    wasm.threads > 1 ? `${wasm.threads}` : `1${wasm.threadsReason ? `: ${wasm.threadsReason}` : ''}`;
  const facts = [
    ['WebGPU', gpu],
    ['WebAssembly', wasm.available ? 'Yes' : `No: ${wasm.reason ?? 'not available'}`],
    ['Threads', threads],
    ['Keeps models', storage.available ? 'Yes' : `No: ${storage.reason ?? 'not available'}`],
  ] as const;
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {notes.length > 0 && (
        <ul className="notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </>
  );
}
