import { LlamellaError } from '@llamella/spec';
import type { MountedBytes } from './ort-module.ts';
import { fieldsOf } from './protobuf-fields.ts';

/** ONNX Runtime Web reads files of up to 4 GiB: addresses have 32 bits. */
const MOST_FILE_BYTES = 2 ** 32 - 1;
const WINDOW_STEP = 2 ** 31;

/** Fields of onnx.proto3: of ModelProto, GraphProto and TensorProto; an entry has a key and a value. */
const GRAPH = 7;
const INITIALIZER = 5;
const EXTERNAL_DATA = 13;
const KEY = 1;
const VALUE = 2;

/** A model whose constants lie in one or more files, by name. */
export interface MountableModel {
  readonly model: Uint8Array;
  readonly files: ReadonlyMap<string, MountedBytes>;
}

/**
 * Where the external data is longer than ONNX Runtime Web can read, lets the constants refer to windows of it that overlap,
 * each a file of its own; otherwise the model stays as it is.
 *
 * @param model serialized ModelProto, whose constants refer to `externalFile`
 * @param most length of a file that can be read, and `step`: distance from one window to the next, at most half of it
 * @throws {LlamellaError} `backend` when there are more windows than names for them
 */
export function openWindows(
  model: Uint8Array,
  externalFile: string,
  weights: MountedBytes,
  { most = MOST_FILE_BYTES, step = WINDOW_STEP } = {},
): MountableModel {
  const { byteLength } = weights;
  if (byteLength <= most) return { model, files: new Map([[externalFile, weights]]) };
  const changed = model.slice();
  // Names and numbers keep their lengths, so that nothing else in the model has to change.
  const nameOf = (window: number) => externalFile.slice(0, -1) + String.fromCharCode(0x41 + window);
  const files = new Map<string, MountedBytes>();
  for (let window = 0; window * step < byteLength; window++) {
    if (window > 25) throw new LlamellaError('backend', `${byteLength} bytes of weights are too many`);
    const base = window * step;
    files.set(nameOf(window), {
      byteLength: Math.min(byteLength - base, most),
      subarray: (begin, end) => weights.subarray(base + begin, base + end),
    });
  }
  for (const entries of externalData(changed)) {
    const [location, offset] = [entries.get('location'), entries.get('offset')];
    if (location === undefined || offset === undefined) continue;
    const start = Number(textOf(offset));
    const window = Math.floor(start / step);
    location.set(encoder.encode(nameOf(window)));
    offset.set(encoder.encode(String(start - window * step).padStart(offset.length, '0')));
  }
  return { model: changed, files };
}

const encoder = new TextEncoder();
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Of each constant with external data: the bytes of the values, by key. */
function* externalData(model: Uint8Array): Generator<Map<string, Uint8Array>> {
  for (const graph of fieldsOf(model, GRAPH)) {
    for (const tensor of fieldsOf(graph, INITIALIZER)) {
      const entries = [...fieldsOf(tensor, EXTERNAL_DATA)].map((entry) => {
        const [[key], [value]] = [[...fieldsOf(entry, KEY)], [...fieldsOf(entry, VALUE)]];
        return [textOf(key!), value!] as const;
      });
      yield new Map(entries);
    }
  }
}
