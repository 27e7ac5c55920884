import { type ChangeEvent, useState } from 'react';
import { labelFiles } from '../model/label-files.ts';
import type { ModelChoice } from '../model/model-session.ts';
import { droppedFiles } from '../platform/dropped-files.ts';

/** Loads a model from files of this machine, chosen or dropped. */
export function ModelFiles({ onLoad }: { readonly onLoad: (choice: ModelChoice) => void }) {
  const [keeps, setKeeps] = useState(true);
  const [isOver, setIsOver] = useState(false);
  const load = (files: readonly File[]) => {
    if (files.length > 0) onLoad({ reference: files, label: labelFiles(files), keeps });
  };
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    load([...(event.target.files ?? [])]);
    event.target.value = '';
  };
  return (
    <section className="panel">
      <h3>From this machine</h3>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way, the buttons inside are the other */}
      <div
        className={isOver ? 'drop-zone over' : 'drop-zone'}
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          event.stopPropagation();
          setIsOver(false);
          void droppedFiles(event.dataTransfer).then(load);
        }}
      >
        <p>Drop a GGUF file, or a folder with safetensors or an ONNX Runtime GenAI model.</p>
        <div className="row">
          <label className="file-button">
            <input type="file" multiple onChange={chosen} />
            Choose files
          </label>
          <label className="file-button">
            <input type="file" onChange={chosen} {...{ webkitdirectory: '' }} />
            Choose a folder
          </label>
        </div>
        <label className="check">
          <input type="checkbox" checked={keeps} onChange={(event) => setKeeps(event.target.checked)} />
          <span>Keep a copy in this browser, for the next time</span>
        </label>
      </div>
    </section>
  );
}
