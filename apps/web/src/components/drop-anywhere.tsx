import { useEffect, useState } from 'react';
import { labelFiles } from '../model/label-files.ts';
import { droppedFiles } from '../platform/dropped-files.ts';
import { useServices } from '../services.ts';

/** Files can be dropped anywhere on the page. */
export function DropAnywhere() {
  const { loadModel } = useServices();
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setIsOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setIsOver(false);
    };
    const drop = (event: DragEvent) => {
      setIsOver(false);
      // The zone in the window of models has taken it.
      if (event.defaultPrevented || event.dataTransfer === null || !hasFiles(event)) return;
      event.preventDefault();
      void droppedFiles(event.dataTransfer).then((files) => {
        if (files.length > 0) loadModel({ reference: files, label: labelFiles(files), keeps: true });
      });
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [loadModel]);
  return isOver ? <div className="drop-overlay">Drop the model’s files to load it</div> : null;
}
