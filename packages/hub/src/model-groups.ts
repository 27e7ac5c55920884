import type { HubFile } from './hub-file.ts';
import { quantizationOf } from './quantization.ts';

/** Files that make one model together, such as all parts of a split GGUF file. */
export interface ModelGroup {
  /** What reads it. */
  readonly format: 'gguf' | 'safetensors' | 'genai';
  /** Name that tells it from the others of its repository: path of the first file, or of the folder; `.` for the root. */
  readonly name: string;
  /** For GGUF. */
  readonly quantization?: string;
  /** All files of it, in the order of their names. */
  readonly files: readonly HubFile[];
  /** Parts that a split model must have and does not. */
  readonly missingParts: number;
  /** Bytes of all files. */
  readonly bytes: number;
}

const part = /-(\d{5})-of-(\d{5})(?=\.(?:gguf|safetensors)$)/;
/** GGUF files that are no language models of their own: vision projectors, importance matrices, vocabularies, drafts. */
const companions = /(^|[-._/])(mmproj|imatrix|ggml-vocab|mtp)([-._/]|$)/i;
/** Of a folder with weights, what a loader reads: no weights of other frameworks, no pictures. */
const sideFiles = /\.(json|jinja|model|txt|tiktoken|tikt|vocab)$/i;

/** Finds the models in a list of files: GGUF by its parts, folders of safetensors, folders of ONNX Runtime GenAI. */
export function groupModels(files: readonly HubFile[]): ModelGroup[] {
  return [...ggufGroups(files), ...safetensorsGroups(files), ...genaiGroups(files)];
}

function ggufGroups(files: readonly HubFile[]): ModelGroup[] {
  const groups = new Map<string, HubFile[]>();
  for (const file of files) {
    if (!/\.gguf$/i.test(file.path) || companions.test(file.path)) continue;
    const key = file.path.replace(part, '-*-of-$2');
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups.values()].map((group) => {
    const sorted = sortByPath(group);
    const quantization = quantizationOf(sorted[0]!.path.replace(part, ''));
    return {
      ...createGroup('gguf', sorted[0]!.path, sorted, missingParts(sorted)),
      ...(quantization !== undefined && { quantization }),
    };
  });
}

function safetensorsGroups(files: readonly HubFile[]): ModelGroup[] {
  return foldersWith(files, 'config.json').flatMap((folder) => {
    const inside = files.filter(({ path }) => folderOf(path) === folder);
    const weights = inside.filter(({ path }) => /\.safetensors$/i.test(path));
    // Repositories of Mistral have the weights twice; those that an index or the standard name leads to are read.
    const standard = weights.filter(({ path }) => /(^|\/)model(-\d{5}-of-\d{5})?\.safetensors$/.test(path));
    const chosen = standard.length > 0 ? standard : weights;
    if (chosen.length === 0) return [];
    const group = sortByPath([...inside.filter(({ path }) => sideFiles.test(path)), ...chosen]);
    return [createGroup('safetensors', folder, group, missingParts(chosen))];
  });
}

function genaiGroups(files: readonly HubFile[]): ModelGroup[] {
  return foldersWith(files, 'genai_config.json').map((folder) => {
    const inside = files.filter(({ path }) => folderOf(path) === folder);
    const group = inside.filter(
      ({ path }) => sideFiles.test(path) || /\.onnx(\.data|_data.*)?$|\.bin$|\.data$/i.test(path),
    );
    return createGroup('genai', folder, sortByPath(group), 0);
  });
}

function createGroup(
  format: ModelGroup['format'],
  name: string,
  files: readonly HubFile[],
  missing: number,
): ModelGroup {
  return {
    format,
    name,
    files,
    missingParts: missing,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  };
}

/** Parts that the names of the files promise and that are not there. */
function missingParts(files: readonly HubFile[]): number {
  const expected = Math.max(1, ...files.map(({ path }) => Number(part.exec(path)?.[2] ?? 1)));
  return Math.max(0, expected - files.length);
}

function foldersWith(files: readonly HubFile[], name: string): string[] {
  return files.filter(({ path }) => baseName(path) === name).map(({ path }) => folderOf(path));
}

/** Folder of a path in a repository, `.` for its root. */
export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
}

/** Last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function sortByPath(files: readonly HubFile[]): HubFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}
