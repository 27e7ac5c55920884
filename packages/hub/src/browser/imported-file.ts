import { InvalidArgumentError, LlamellaError } from '@llamella/spec';
import { fileNameProblem } from '../file-names.ts';
import { baseName, groupModels, type ModelGroup } from '../model-groups.ts';

/** A file and its place in a folder. */
export interface PlacedFile {
  /** With `/`, below the folder or with its name in front. */
  readonly path: string;
  /** What is in it. */
  readonly file: Blob;
}

/**
 * A file that the user chose. Of a `File`, its `webkitRelativePath` says where it is in a folder; files of dropped
 * folders, and those that were sent to a worker, may have lost that.
 */
export type ImportedFile = File | PlacedFile;

/** What is to be kept of some files. */
export interface ChosenImport {
  /** What goes after `file:`. */
  readonly name: string;
  /** Paths as they are stored. */
  readonly files: readonly PlacedFile[];
}

/**
 * Finds the model among files.
 *
 * @throws {InvalidArgumentError} when there is none, or more than one
 * @throws {LlamellaError} `not-found` when parts of it are missing
 */
export function chooseImport(files: readonly ImportedFile[], name: string | undefined): ChosenImport {
  const placed = new Map(files.map((item) => [pathOf(item), 'path' in item ? item.file : item]));
  const groups = groupModels([...placed].map(([path, { size }]) => ({ path, size })));
  const group = groups[0];
  if (group === undefined || groups.length > 1) throw notOne(groups, [...placed.keys()]);
  if (group.missingParts > 0) {
    const missing = `${group.name} is split, and ${group.missingParts} of its parts are missing; choose all of them`;
    throw new LlamellaError('not-found', missing);
  }
  const isFolder = group.format !== 'gguf';
  const folder = isFolder ? group.name : '.';
  const usual = isFolder ? (folder === '.' ? 'model' : baseName(folder)) : baseName(group.name);
  const chosen = group.files.map(({ path }) => ({ path: baseName(path), file: placed.get(path)! }));
  return { name: checkName(name ?? usual.replace(/[\\:*?"<>|]/g, '_')), files: chosen };
}

function pathOf(item: ImportedFile): string {
  return ('path' in item ? item.path : item.webkitRelativePath || item.name).replace(/^\.?\/+/, '');
}

function checkName(name: string): string {
  const problem = name.includes('/') ? 'it has a "/"' : fileNameProblem(name);
  if (problem === undefined) return name;
  throw new InvalidArgumentError('name', `${JSON.stringify(name.slice(0, 200))} is refused: ${problem}`);
}

function notOne(groups: readonly ModelGroup[], paths: readonly string[]): InvalidArgumentError {
  const listed = (names: readonly string[]) =>
    `${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}` || 'nothing';
  const wanted =
    'choose one GGUF file, all files of a split one, or a folder with config.json and safetensors or with genai_config.json';
  if (groups.length > 1) {
    const names = listed(groups.map((group) => (group.name === '.' ? group.format : group.name)));
    return new InvalidArgumentError('files', `more than one model: ${names}; choose one of them`);
  }
  return new InvalidArgumentError('files', `no model among ${listed(paths)}; ${wanted}`);
}
