import { LlamellaError } from '@llamella/spec';
import { chooseQuantization, nameOf } from './choose-quantization.ts';
import type { HubFile } from './hub-file.ts';
import { matchesPattern } from './match-files.ts';
import { folderOf, groupModels, type ModelGroup } from './model-groups.ts';
import { isQuantization } from './quantization.ts';

/** Files that a reference means. */
export interface ChosenFiles {
  /** In the order of their names. */
  readonly files: readonly HubFile[];
  /** What to open: a file, or a folder, `.` for the root of the repository. */
  readonly main: string;
  /** Set when the files are a model that was recognized. */
  readonly group?: ModelGroup;
  /** Why these, when the reference left it open. */
  readonly reason?: string;
}

/**
 * Finds the files that a selection means, in this order: a file, with the other parts of a split one; a folder; a
 * pattern with `*`; a quantization, whatever its case. Without a selection: the only model, or the quantization that
 * fits the memory.
 *
 * @param source what errors call the repository
 * @throws {LlamellaError} `not-found` when nothing, or more than one model, fits; the message lists what there is
 */
export function chooseFiles(
  files: readonly HubFile[],
  selection: string | undefined,
  memoryBytes: number | undefined,
  source: string,
): ChosenFiles {
  const groups = groupModels(files);
  if (selection === undefined) return chooseModel(groups, memoryBytes, source);
  const path = selection.replace(/^\.\//, '').replace(/\/$/, '');
  const file = files.find((item) => item.path === path);
  if (file !== undefined) {
    const split = groups.find((group) => group.format === 'gguf' && group.files.includes(file));
    return split ? whole(split, source) : { files: [file], main: path };
  }
  const inFolder = files.filter((item) => item.path.startsWith(`${path}/`));
  if (inFolder.length > 0) return chooseFolder(path, inFolder, groups, memoryBytes, source);
  if (path.includes('*')) return choosePattern(path, files, source);
  const fitting = groups.filter((group) => isQuantization(group.quantization ?? '', path));
  const exact = fitting.filter(({ quantization }) => quantization === path.toUpperCase());
  const candidates = exact.length > 0 ? exact : fitting;
  if (candidates.length === 1) return whole(candidates[0]!, source);
  if (candidates.length > 1) throw ambiguous(candidates, `${source}:${selection}`);
  const there = groups.length > 0 ? [...new Set(groups.map(nameOf))] : files.map((item) => item.path);
  throw new LlamellaError('not-found', `${source}: there is no "${selection}"; there is ${listed(there)}`);
}

function chooseModel(
  groups: readonly ModelGroup[],
  memoryBytes: number | undefined,
  source: string,
): ChosenFiles {
  const gguf = groups.filter(({ format }) => format === 'gguf');
  if (gguf.length > 0) {
    const { group, reason } = chooseQuantization(gguf, memoryBytes, source);
    const alike = gguf.filter(({ quantization }) => quantization === group.quantization);
    if (alike.length > 1) throw ambiguous(alike, source);
    return { ...whole(group, source), reason };
  }
  for (const format of ['safetensors', 'genai'] as const) {
    const found = groups.filter((group) => group.format === format);
    const root = found.find(({ name }) => name === '.') ?? (found.length === 1 ? found[0] : undefined);
    if (root !== undefined) return whole(root, source);
    if (found.length > 1) throw ambiguous(found, source);
  }
  throw new LlamellaError(
    'not-found',
    `${source}: there is no model in it, neither GGUF, safetensors nor ONNX Runtime GenAI`,
  );
}

function chooseFolder(
  folder: string,
  inside: readonly HubFile[],
  groups: readonly ModelGroup[],
  memoryBytes: number | undefined,
  source: string,
): ChosenFiles {
  const own = groups.filter(({ files }) => files.every(({ path }) => path.startsWith(`${folder}/`)));
  if (own.length === 0) return { files: inside, main: folder };
  const direct = own.filter(({ name, format }) => format !== 'gguf' && name === folder);
  return chooseModel(direct.length > 0 ? direct : own, memoryBytes, `${source}:${folder}`);
}

function choosePattern(pattern: string, files: readonly HubFile[], source: string): ChosenFiles {
  const fitting = files.filter(({ path }) => matchesPattern(path, pattern));
  if (fitting.length === 0) throw new LlamellaError('not-found', `${source}: no file matches "${pattern}"`);
  const groups = groupModels(fitting).filter(({ format }) => format === 'gguf');
  const isOneModel = groups.length === 1 && groups[0]!.files.length === fitting.length;
  return isOneModel ? whole(groups[0]!, source) : { files: fitting, main: commonFolder(fitting) };
}

function commonFolder(files: readonly HubFile[]): string {
  const folders = new Set(files.map(({ path }) => folderOf(path)));
  return folders.size === 1 ? [...folders][0]! : '.';
}

function whole(group: ModelGroup, source: string): ChosenFiles {
  if (group.missingParts > 0) {
    const problem = `${group.name} is split, and ${group.missingParts} of its parts are missing`;
    throw new LlamellaError('not-found', `${source}: ${problem}`);
  }
  return { files: group.files, main: group.name, group };
}

function ambiguous(groups: readonly ModelGroup[], source: string): LlamellaError {
  const names = listed(groups.map(({ name }) => name));
  return new LlamellaError('not-found', `${source}: more than one model fits; name one of ${names}`);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 40).join(', ');
  return names.length > 40 ? `${shown} and ${names.length - 40} more` : shown || 'nothing';
}
